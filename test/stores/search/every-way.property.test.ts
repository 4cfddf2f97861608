/**
 * Every way to find messages against each other: by what writes keep in Redis, by reading, and by the
 * index of SQLite. The same random sessions, and the same questions.
 *
 * @module
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FoundMessage, SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import type { SessionStore } from '../../../src/store.ts';
import { assistantItem, userItem } from '../../../src/testing/conversation.ts';
import { ownPrefix, temporaryFolder } from '../../processes/shared-stores.ts';
import { ownRedis } from '../../servers/own-redis.ts';

const WORDS = ['Hello', 'wörld', 'refund', '東京都', 'a_b', '{x}|"y"', '*', '😀', 'R2'];
const IDS = ['a', 'b{1}', '{c}', 'd}{'];
const USERS = ['ada', 'b, {c} | "d"'];

const id = fc.constantFrom(...IDS);
const content = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 })
  .map((words) => words.join(' '));
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('say' as const), id, content }) },
  fc.record({ kind: fc.constant('turn' as const), id, content }),
  fc.record({ kind: fc.constant('unseen' as const), id, content }),
  fc.record({ kind: fc.constant('pop' as const), id }),
  fc.record({ kind: fc.constant('popTurn' as const), id }),
  fc.record({ kind: fc.constant('trim' as const), id }),
  fc.record({ kind: fc.constant('clear' as const), id }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({ kind: fc.constant('fork' as const), id, to: id }),
  fc.record({ kind: fc.constant('search' as const), id }),
);
const query = fc.record({
  text: content.filter((text) => /\p{L}/u.test(text)),
  options: fc.record(
    {
      role: fc.constantFrom('user' as const, 'assistant' as const),
      agent: fc.constantFrom('Triage', 'Bil, "l"'),
      limit: fc.constantFrom(1, 2, 200),
    },
    { requiredKeys: [] },
  ),
  userId: fc.constantFrom(...USERS),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function ownerOf(sessionId: string): string {
  return USERS[IDS.indexOf(sessionId) % 2] ?? 'ada';
}

/** The sessions of one store, as two programs have them: one keeps what messages are found by. */
class Place {
  readonly directory: SessionDirectory;
  readonly #stores: readonly [SessionStore, SessionStore];
  readonly #keyPrefix: string;

  constructor(keyPrefix: string, keeping: SessionStore, other = keeping) {
    this.directory = new SessionDirectory({ store: keeping, keyPrefix });
    this.#stores = [keeping, other];
    this.#keyPrefix = keyPrefix;
  }

  async take(one: Step): Promise<void> {
    const [store, other] = this.#stores;
    const place = { keyPrefix: this.#keyPrefix, sessionId: one.id };
    const at = { ...place, userId: ownerOf(one.id) };
    const session = new JSONSession({ ...at, store: one.kind === 'unseen' ? other : store });
    if (one.kind === 'say' || one.kind === 'unseen') {
      await session.addMessage({ role: 'user', content: one.content });
    } else if (one.kind === 'turn') {
      await session.addItems([userItem(one.content), assistantItem(`${one.content} too`)]);
      await session.addMessage({ role: 'assistant', content: one.content, agent: 'Triage' });
    } else if (one.kind === 'pop') await session.popItem();
    else if (one.kind === 'popTurn') await session.popTurn();
    else if (one.kind === 'trim') await session.trim({ maxMessages: 2 }).catch(() => {});
    else if (one.kind === 'clear') await session.clear();
    else if (one.kind === 'delete') await session.delete();
    else if (one.kind === 'fork') {
      // A fork keeps its owner, as whom the steps behind it would not find it.
      if (ownerOf(one.to) === at.userId) await session.fork({ sessionId: one.to }).catch(() => {});
    } else await this.directory.search('hello', { userId: 'ada' });
  }

  /** What is found, without what differs from store to store: times, and ids of messages. */
  async found({ text, options, userId }: Query, scan: boolean): Promise<Found[]> {
    const given = { ...options, userId, scan };
    const { messages } = await this.directory.search(text, given);
    return messages.map(({ timestamp: _time, messageId: _id, ...message }) => message);
  }
}

type Found = Pick<FoundMessage, 'sessionId' | 'index'>;

function inPlaces(found: readonly Found[]): Found[] {
  const placeOf = ({ sessionId, index }: Found): string => `${sessionId} ${index}`;
  return found.toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
}

type Query = typeof query extends fc.Arbitrary<infer T> ? T : never;

const { url } = await ownRedis();

describe.each([2, 3] as const)('over RESP%i', (RESP) => {
  const client = createClient({ url, RESP });
  client.on('error', () => {});
  let sqlite: SqliteStore;
  beforeAll(async () => {
    await client.connect();
    sqlite = await SqliteStore.open(join(temporaryFolder(), 'sessions.db'));
  });
  afterAll(async () => {
    client.destroy();
    await sqlite.close();
  });

  test('the same messages are found', async () => {
    const options = { search: true, timeoutMs: 20_000 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.array(query, { minLength: 1, maxLength: 5 }),
        async (steps, queries) => {
          const keyPrefix = ownPrefix();
          const redis = new Place(
            keyPrefix,
            new RedisStore(client, options),
            new RedisStore(client, { timeoutMs: 20_000 }),
          );
          const file = new Place(keyPrefix, sqlite);
          for (const one of steps) {
            await redis.take(one);
            await file.take(one);
          }
          // What the other program wrote.
          await redis.directory.checkProjection({ repair: true });
          const { sessions, ...differing } = await redis.directory.checkProjection();
          expect(differing).toEqual({ missing: 0, stale: 0, orphaned: 0 });
          expect(sessions).toBe(await file.directory.count());
          for (const one of queries) {
            const ofRedis = await redis.found(one, true);
            const ofFile = await file.found(one, true);
            expect(await redis.found(one, false)).toEqual(ofRedis);
            expect(await file.found(one, false)).toEqual(ofFile);
            // The clock of a file has more messages of one time.
            const isCut = (one.options.limit ?? 200) <= ofRedis.length;
            if (!isCut) expect(inPlaces(ofFile)).toEqual(inPlaces(ofRedis));
          }
          await client.sendCommand(['FT.DROPINDEX', `search:${keyPrefix}`]).catch(() => {});
          for (const user of USERS) {
            await redis.directory.deleteUser(user);
            await file.directory.deleteUser(user);
          }
          expect(await client.keys(`search:${keyPrefix}*`)).toEqual([]);
        },
      ),
      { numRuns: 20, endOnFailure: true },
    );
  });
});
