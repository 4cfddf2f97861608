/**
 * One command to a server, on a connection of its own.
 *
 * @module
 */
import { createClient } from 'redis';

/**
 * Sends one command and gives its reply.
 *
 * @param url - The server's URL.
 * @param args - The command and its arguments.
 * @returns A text as it is, every other reply as JSON.
 */
export async function redisCommand(url: string, ...args: string[]): Promise<string> {
  const client = createClient({
    url,
    RESP: 2,
    disableClientInfo: true,
    socket: { reconnectStrategy: false, connectTimeout: 10_000 },
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const reply: unknown = await client.sendCommand(args);
    return typeof reply === 'string' ? reply : JSON.stringify(reply);
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/**
 * Says whether a server knows a command.
 *
 * @param url - The server's URL.
 * @param name - The command's name.
 * @returns Whether it is known.
 */
export async function knowsCommand(url: string, name: string): Promise<boolean> {
  return (await redisCommand(url, 'COMMAND', 'INFO', name)) !== '[null]';
}
