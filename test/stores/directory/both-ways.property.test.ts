/**
 * Both ways to find sessions in Redis against each other: by scanning, and by what writes keep beside
 * sessions. The same random sessions, and the same questions.
 *
 * @module
 */
import fc from 'fast-check';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type ListOptions, SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { ownRedis } from '../../servers/own-redis.ts';

const USERS = ['ada', 'ADA', 'b, {c} | "d"', '💬'];
const AGENTS = ['Triage', 'Billing, "1"', '*'];
const IDS = ['a', 'b', 'c{1}', '{d}', 'e}{', 'f*', 'ä', '😀'];
const TENANTS = ['acme', 'um,b "r" {e}'];

const userId = fc.constantFrom(...USERS);
const agent = fc.constantFrom(...AGENTS);
const tenant = fc.constantFrom(...TENANTS);
const attributes = fc.oneof(
  fc.record({ tenant }),
  fc.record({ open: fc.boolean() }),
  fc.record({ tenant, more: fc.constant({ deep: 1 }) }),
  fc.record({ count: fc.constant(3) }),
);
const id = fc.constantFrom(...IDS);
const step = fc.oneof(
  fc.record({ kind: fc.constant('say' as const), id, userId, ttl: fc.option(fc.constant(600)) }),
  fc.record({ kind: fc.constant('say' as const), id, userId, ttl: fc.constant(null) }),
  fc.record({ kind: fc.constant('agent' as const), id, agent }),
  fc.record({ kind: fc.constant('attributes' as const), id, attributes }),
  fc.record({ kind: fc.constant('pop' as const), id }),
  fc.record({ kind: fc.constant('clear' as const), id }),
  fc.record({ kind: fc.constant('touch' as const), id }),
  fc.record({ kind: fc.constant('exclusive' as const), id }),
  fc.record({ kind: fc.constant('fork' as const), id, to: id }),
  fc.record({ kind: fc.constant('delete' as const), id }),
);
const query = fc.record(
  {
    userId,
    agent,
    attributes,
    parentId: id,
    orderBy: fc.constantFrom('updated' as const, 'created' as const, 'id' as const),
    descending: fc.boolean(),
    limit: fc.constantFrom(1, 2, 3, 50),
  },
  { requiredKeys: [] },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const { url } = await ownRedis();

async function take(session: JSONSession, one: Step): Promise<unknown> {
  if (one.kind === 'say') return session.addMessage({ role: 'user', content: 'Hello' });
  if (one.kind === 'agent') return session.trackAgent(one.agent);
  if (one.kind === 'attributes') return session.setAttributes(one.attributes);
  if (one.kind === 'pop') return session.popItem();
  if (one.kind === 'clear') return session.clear();
  if (one.kind === 'touch') return session.touch().catch(() => {});
  if (one.kind === 'delete') return session.delete();
  if (one.kind === 'fork') return session.fork({ sessionId: one.to }).catch(() => null);
  return session.exclusive(() => session.addMessage({ role: 'user', content: 'Alone' }));
}

async function pagesOf(directory: SessionDirectory, options: ListOptions): Promise<unknown[]> {
  const pages: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await directory.list({ ...options, cursor });
    pages.push(page);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

describe.each([2, 3] as const)('over RESP%i', (RESP) => {
  const client = createClient({ url, RESP });
  client.on('error', () => {});
  beforeAll(async () => {
    await client.connect();
  });
  afterAll(() => client.destroy());

  test('random sessions are found alike', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.array(query, { minLength: 1, maxLength: 6 }),
        async (steps, queries) => {
          const keyPrefix = ownPrefix();
          const store = new RedisStore(client, { directory: true, timeoutMs: 20_000 });
          const handles = new Map<string, JSONSession>();
          for (const one of steps) {
            const given = 'userId' in one ? one : { userId: 'ada', ttl: null };
            const ttl = given.ttl === null ? {} : { ttl: given.ttl };
            const place = { store, keyPrefix, sessionId: one.id, ...ttl };
            const session =
              handles.get(one.id) ?? new JSONSession({ ...place, userId: given.userId });
            handles.set(one.id, session);
            const made = await take(session, one);
            if (made instanceof JSONSession) handles.set(made.sessionId, made);
            if (one.kind === 'delete') handles.delete(one.id);
          }
          const indexed = new SessionDirectory({ store, keyPrefix });
          const scanned = new SessionDirectory({ store: new RedisStore(client), keyPrefix });
          const { sessions, ...differing } = await indexed.checkProjection();
          expect(differing).toEqual({ missing: 0, stale: 0, orphaned: 0 });
          expect(sessions).toBe(await scanned.count());
          for (const options of queries) {
            expect(await pagesOf(indexed, options)).toEqual(await pagesOf(scanned, options));
            const { orderBy: _order, descending: _way, limit: _limit, ...filter } = options;
            expect(await indexed.count(filter)).toBe(await scanned.count(filter));
          }
          await client.sendCommand(['FT.DROPINDEX', `projection:${keyPrefix}`]).catch(() => {});
          for (const user of USERS) await indexed.deleteUser(user);
          expect(await client.keys(`projection:${keyPrefix}*`)).toEqual([]);
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
  });
});
