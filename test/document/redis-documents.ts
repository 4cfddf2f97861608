/**
 * Documents in Redis, read and written past the store as another program would.
 *
 * @module
 */

/** A connection that sends plain commands. */
interface Connection {
  sendCommand(args: string[]): Promise<unknown>;
}

/**
 * Gives the document at a key, or null.
 */
export async function readRedisDocument(connection: Connection, key: string): Promise<unknown> {
  const json = await connection.sendCommand(['JSON.GET', key]);
  return json === null ? null : JSON.parse(json as string);
}

/**
 * Puts a document at a key.
 */
export async function writeRedisDocument(
  connection: Connection,
  key: string,
  document: unknown,
): Promise<void> {
  await connection.sendCommand(['JSON.SET', key, '$', JSON.stringify(document)]);
}
