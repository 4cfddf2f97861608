/**
 * The server's own account of its memory.
 *
 * @module
 */
import type { BenchClient } from '../place/client.ts';

/**
 * Gives the bytes that the server has in use.
 */
export async function usedMemory(client: BenchClient): Promise<number> {
  const info = await client.info('memory');
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
}
