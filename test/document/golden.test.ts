/**
 * Documents of all releases: this one still writes the same, and reads and continues those that were
 * written before.
 *
 * A new release adds its own: `GOLDEN=0.2.0 vitest run test/document/golden.test.ts` writes
 * `test/fixtures/golden/0.2.0-redis.json` and `0.2.0-sqlite.json`.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession } from '../../src/index.ts';
import type { JSONSessionOptions, SessionStore } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { SAMPLE_ITEMS } from '../../src/testing/sample-items.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { GOLDEN_DOCUMENTS, GOLDEN_FOLDER } from './golden-documents.ts';
import { readRedisDocument, writeRedisDocument } from './redis-documents.ts';
import { checkDocument } from './schema-check.ts';
import { readSqliteDocument, writeSqliteDocument } from './sqlite-documents.ts';

const NEW_RELEASE = process.env['GOLDEN'];
const ITEMS = SAMPLE_ITEMS.map(({ item }) => item);
const keyPrefix = `golden:${crypto.randomUUID()}:`;

const client = createClient({ url: sharedRedisUrl() });
client.on('error', () => {});
let folder = '';
let database: DatabaseSync;

/** A store with a way past it. */
interface Access {
  readonly store: SessionStore;
  read(sessionId: string): Promise<SessionDocument>;
  write(sessionId: string, document: SessionDocument): Promise<void>;
}

async function redisAccess(): Promise<Access> {
  return {
    store: new RedisStore(client),
    read: async (id) => (await readRedisDocument(client, keyPrefix + id)) as SessionDocument,
    write: (id, document) => writeRedisDocument(client, keyPrefix + id, document),
  };
}

async function sqliteAccess(): Promise<Access> {
  return {
    store: await SqliteStore.open(join(folder, 'sessions.db')),
    read: async (id) => readSqliteDocument(database, keyPrefix + id) as SessionDocument,
    write: async (id, document) => writeSqliteDocument(database, keyPrefix + id, document),
  };
}

/** Does to a session everything that can be done. */
async function live(options: JSONSessionOptions): Promise<void> {
  const session = await JSONSession.create({ ...options, userId: 'user-1', ttl: 86_400 });
  await session.addMessage({ role: 'system', content: 'Be brief.' });
  await session.addMessage({ role: 'assistant', content: 'Hello', agent: 'Triage', tokens: 23 });
  await session.addMessage({ role: 'tool', content: 'a note' });
  await session.addItems([{ role: 'user', content: 'undone' }]);
  await session.popItem();
  await session.addItems(ITEMS);
  await session.trackAgent('Triage');
  await session.trackAgent('Billing');
  await session.setHandoffContext({ order: { id: 'A-1', paid: true } });
  await session.setAttributes({ title: 'Trip to Oslo', tags: ['travel'], draft: true });
  await session.setAttributes({ draft: null });
}

/** Puts the same in the place of all that is random or a time. */
function masked(document: SessionDocument): unknown {
  const state = document.state!;
  return {
    ...document,
    created_at: 0,
    updated_at: 0,
    messages: document.messages.map((message, index) => ({ ...message, id: index, timestamp: 0 })),
    state: {
      ...state,
      incarnation: '',
      generation: 0,
      // The clocks of the stores print more or fewer digits.
      bytes: 0,
      changes: state.changes.map(([, lowest]) => [0, lowest]),
      writers: state.writers.replaceAll(/[0-9a-f]{16}:(\d+):[\d.]+;/g, 'writer:$1:time;'),
    },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-session-golden-'));
  await (await SqliteStore.open(join(folder, 'sessions.db'))).close();
  database = new DatabaseSync(join(folder, 'sessions.db'), { timeout: 5000 });
  await client.connect();
});

afterAll(async () => {
  const { keys } = await client.scan('0', { MATCH: `${keyPrefix}*`, COUNT: 10_000_000 });
  if (keys.length > 0) await client.del(keys);
  client.destroy();
  database.close();
  await rm(folder, { recursive: true });
});

describe.each([
  ['redis', redisAccess],
  ['sqlite', sqliteAccess],
])('%s', (kind, access) => {
  let place: Access;

  beforeAll(async () => {
    place = await access();
  });

  afterAll(() => place.store.close());

  function options(sessionId: string): JSONSessionOptions {
    return { sessionId, keyPrefix, store: place.store };
  }

  test('still writes what the release before wrote', async () => {
    await live(options('golden'));
    const document = await place.read('golden');
    checkDocument(document);
    if (NEW_RELEASE !== undefined) {
      const file = new URL(`${NEW_RELEASE}-${kind}.json`, GOLDEN_FOLDER);
      await writeFile(file, `${JSON.stringify(document, null, 2)}\n`, { flag: 'wx' });
      return;
    }
    const newest = Object.keys(GOLDEN_DOCUMENTS)
      .filter((name) => name.endsWith(`-${kind}.json`))
      .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
      .at(-1)!;
    expect(masked(document)).toEqual(masked(GOLDEN_DOCUMENTS[newest]!));
  });

  // A session moves from one kind of store to another as it is.
  test.each(Object.entries(GOLDEN_DOCUMENTS))('reads %s', async (name, golden) => {
    await place.write(`reads-${name}`, golden);
    const session = await JSONSession.load(`reads-${name}`, options(name));
    const { createdAt, updatedAt, ...metadata } = await session.getMetadata();
    expect(metadata).toEqual({
      sessionId: 'golden',
      userId: 'user-1',
      currentAgent: 'Billing',
      agentsUsed: ['Triage', 'Billing'],
      messageCount: ITEMS.length + 3,
      totalTokens: 23,
      usage: expect.objectContaining({ requests: 0, agents: {} }),
      attributes: { title: 'Trip to Oslo', tags: ['travel'] },
      ttl: 86_400,
    });
    expect(createdAt.getTime()).toBeLessThanOrEqual(updatedAt.getTime());
    expect(await session.getItems(ITEMS.length)).toEqual(ITEMS);
    expect(JSON.stringify(await session.getItems(ITEMS.length))).toBe(JSON.stringify(ITEMS));
    expect(await session.getItems()).toHaveLength(ITEMS.length + 2);
    expect(await session.getHandoffContext()).toEqual({ order: { id: 'A-1', paid: true } });
    const messages = await session.getMessages();
    expect(messages.slice(3).map(({ role, content }) => [role, content])).toEqual(
      SAMPLE_ITEMS.map(({ role, content }) => [role, content]),
    );
    expect(await place.read(`reads-${name}`)).toEqual(golden);
  });

  test.each(Object.entries(GOLDEN_DOCUMENTS))('goes on with %s', async (name, golden) => {
    await place.write(`writes-${name}`, golden);
    const session = await JSONSession.load(`writes-${name}`, options(name));
    const added = await session.addMessage({ role: 'user', content: 'Thanks', tokens: 7 });
    const document = await place.read(`writes-${name}`);
    checkDocument(document);
    expect(document.messages.slice(0, -1)).toEqual(golden.messages);
    expect(document.messages.at(-1)?.id).toBe(added.id);
    expect(document.metadata).toEqual({
      ...golden.metadata,
      message_count: golden.metadata.message_count + 1,
      total_tokens: golden.metadata.total_tokens + 7,
    });
    expect(await session.popItem()).toEqual(added.item);
    await session.clear();
    expect((await place.read(`writes-${name}`)).messages).toEqual([]);
    expect((await session.getMetadata()).currentAgent).toBe('Billing');
    expect(await session.delete()).toBe(true);
  });
});
