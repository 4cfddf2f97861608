/**
 * What the server finds by each comparison, of each kind of value with each kind of literal.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

const TEXTS = ['', 'a', 'A', 'b', 'ab', '1', 'true', 'null', 'é', 'e', ' ', ' a', 'a '];
const QUOTED = [
  "'",
  '"',
  '\\',
  '\'"',
  '\\"',
  "\\'",
  '\\\\',
  'a\\n',
  '\\u0061',
  '[',
  ')',
  '&&',
  '@.a',
];
/** Which have another order here than RFC 9535 says. */
const FAR_TEXTS = ['😀', '\uFF5E', '\uE000'];
const NUMBERS = [0, 1, -1, 2, 10, 1.5, -0.25, 2 ** 31 - 1, 1 - 2 ** 31];
const LITERALS = [null, true, false, ...NUMBERS, ...TEXTS, ...QUOTED];
const VALUES = [
  ...LITERALS,
  ...FAR_TEXTS,
  1e300,
  2 ** 53,
  2 ** 31,
  'line\nend',
  [],
  {},
  [1],
  ['a'],
  { a: 1 },
  { b: 'a' },
];
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];

describe('a comparison', () => {
  const sessions: JSONSession[] = [];
  const stores: (RedisStore | SqliteStore)[] = [];

  beforeAll(async () => {
    stores.push(RedisStore.open(sharedRedisUrl()), await SqliteStore.open(':memory:'));
    const data = [...VALUES.map((a) => ({ a })), {}, { b: 1 }, null, 'a', 1, true, [], ['a']];
    for (const store of stores) {
      const session = await JSONSession.create({ store, keyPrefix: ownPrefix(), ttl: 600 });
      await session.setAttributes({
        data,
        members: Object.fromEntries(data.map((value, at) => [`m${at}`, value])),
      });
      sessions.push(session);
    }
  });

  afterAll(async () => {
    for (const store of stores) await store.close();
  });

  test.each(COMPARISONS)('%s finds the same', async (comparison) => {
    const isEquality = comparison === '==' || comparison === '!=';
    for (const literal of isEquality ? [...LITERALS, ...FAR_TEXTS] : LITERALS) {
      const text = JSON.stringify(literal);
      for (const asked of [
        `@.a && @.a ${comparison} ${text}`,
        `@.a && ${text} ${comparison} @.a`,
      ]) {
        for (const path of [`$.attributes.data[?${asked}]`, `$.attributes.members[?${asked}]`]) {
          const [there, here] = await Promise.all(sessions.map((session) => session.query(path)));
          expect({ path, values: there }).toEqual({ path, values: here });
        }
      }
    }
  });
});
