/**
 * The document of a session, read past the library.
 *
 * @module
 */
import type { SessionDocument } from '../../src/document/document.ts';
import { redisCommand } from '../servers/redis-command.ts';

/**
 * Gives the document at a key.
 */
export async function storedDocument(url: string, key: string): Promise<SessionDocument> {
  return JSON.parse(await redisCommand(url, 'JSON.GET', key)) as SessionDocument;
}
