/**
 * The stores that several processes can use at once.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

/** Each kind of store with what gives the URL of one. */
export const SHARED_STORES: readonly (readonly [name: string, url: () => string])[] = [
  ['Redis', sharedRedisUrl],
  ['a SQLite file', () => `sqlite:${join(temporaryFolder(), 'sessions.db')}`],
];

/** A key prefix that nobody else uses. */
export function ownPrefix(): string {
  return `test-${randomUUID()}:`;
}

/** A new folder that is removed when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agents-json-session-test-'));
  FOLDERS.push(folder);
  return folder;
}

const FOLDERS: string[] = [];

/** Of vitest's set-up of each test file: worked off here it would be once for a worker of many files. */
export function removeTemporaryFolders(): void {
  for (const folder of FOLDERS.splice(0)) rmSync(folder, { recursive: true, force: true });
}
