/**
 * The Python class `JSONSession` as a writer: five commands for one message, one after the other, with
 * those of others in between.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';

const TTL_SECONDS = '600';

/** A connection that sends plain commands. */
interface Connection {
  sendCommand(args: string[]): Promise<unknown>;
}

/**
 * Adds one message with one token.
 */
export async function addPythonMessage(
  connection: Connection,
  key: string,
  content: string,
): Promise<void> {
  const message = {
    id: randomBytes(8).toString('hex'),
    role: 'user',
    content,
    timestamp: Date.now() / 1000,
    agent: null,
    tokens: 1,
  };
  const commands = [
    ['JSON.ARRAPPEND', key, '$.messages', JSON.stringify(message)],
    ['JSON.NUMINCRBY', key, '$.metadata.message_count', '1'],
    ['JSON.NUMINCRBY', key, '$.metadata.total_tokens', '1'],
    ['JSON.SET', key, '$.updated_at', String(Date.now() / 1000)],
    ['EXPIRE', key, TTL_SECONDS],
  ];
  for (const command of commands) await connection.sendCommand(command);
}
