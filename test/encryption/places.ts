/**
 * The stores that the tests of encryption go over, each with a way past it to what is stored.
 *
 * @module
 */
import { DatabaseSync } from 'node:sqlite';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe } from 'vitest';

import type { MessageEntry, SessionDocument } from '../../src/document/document.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import type { SessionStore } from '../../src/store.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { readSqliteDocument, writeSqliteDocument } from '../document/sqlite-documents.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

/** Sealing takes longer on a machine with much else to do. */
const timeoutMs = 30_000;

/**
 * One store and what is under it.
 */
export interface Place {
  readonly store: SessionStore;
  /** The same data as another process has it. */
  readonly other: SessionStore;
  readonly prefix: string;
  /** Gives the document of a session as it is stored. */
  document(sessionId: string): Promise<SessionDocument>;
  /** Puts a document in the place of a session's. */
  plant(sessionId: string, document: unknown): Promise<void>;
}

async function openRedis(): Promise<[place: Place, end: () => Promise<void>]> {
  const url = sharedRedisUrl();
  const client = createClient({ url }).on('error', () => {});
  await client.connect();
  const stores = [
    RedisStore.open(url, { timeoutMs }),
    RedisStore.open(url, { timeoutMs }),
  ] as const;
  const prefix = `encryption:${crypto.randomUUID()}:`;
  const place = {
    store: stores[0],
    other: stores[1],
    prefix,
    document: async (id: string) =>
      (await readRedisDocument(client, prefix + id)) as SessionDocument,
    plant: async (id: string, document: unknown) =>
      writeRedisDocument(client, prefix + id, document),
  };
  const end = async (): Promise<void> => {
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*` })) {
      if (keys.length > 0) await client.unlink(keys);
    }
    client.destroy();
    await Promise.all(stores.map((store) => store.close()));
  };
  return [place, end];
}

async function openSqlite(): Promise<[place: Place, end: () => Promise<void>]> {
  const file = `${temporaryFolder()}/sessions.db`;
  const stores = [
    await SqliteStore.open(file, { timeoutMs }),
    await SqliteStore.open(file, { timeoutMs }),
  ] as const;
  const database = new DatabaseSync(file, { timeout: timeoutMs });
  const place = {
    store: stores[0],
    other: stores[1],
    prefix: 'session:',
    document: async (id: string) =>
      readSqliteDocument(database, `session:${id}`) as SessionDocument,
    plant: async (id: string, document: unknown) =>
      writeSqliteDocument(database, `session:${id}`, document),
  };
  const end = async (): Promise<void> => {
    database.close();
    await Promise.all(stores.map((store) => store.close()));
  };
  return [place, end];
}

/**
 * Describes the same over every store.
 */
export function describeEverywhere(tests: (place: () => Place) => void): void {
  describe.each([
    ['in Redis', openRedis],
    ['in SQLite', openSqlite],
  ] as const)('%s', (_, open) => {
    let opened: Awaited<ReturnType<typeof open>> | undefined;

    beforeAll(async () => {
      opened = await open();
    });

    afterAll(async () => opened?.[1]());

    tests(() => {
      if (opened === undefined) throw new Error('The place is not open yet');
      return opened[0];
    });
  });
}

/**
 * Changes the document of a session past its store.
 */
export async function tamper(
  place: Place,
  sessionId: string,
  change: (document: SessionDocument) => void,
): Promise<void> {
  const document = structuredClone(await place.document(sessionId));
  change(document);
  await place.plant(sessionId, document);
}

/**
 * Gives what stands in the place of the text of an entry.
 */
export function sealOf(entry: MessageEntry | undefined): Record<string, unknown> {
  const { $sealed } = (entry?.item ?? {}) as { $sealed?: Record<string, unknown> };
  if ($sealed === undefined) throw new Error('The entry is not sealed');
  return $sealed;
}
