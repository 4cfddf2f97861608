/**
 * What the server finds against what the library finds: the same random documents and paths.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import type { JsonValue } from '../../../src/document/document.ts';
import { JSONSession } from '../../../src/index.ts';
import { canonicalText } from '../../../src/items/canonical-text.ts';
import { parsedPath } from '../../../src/query/parsed-path.ts';
import { valuesIn } from '../../../src/query/query-session.ts';
import { partsOf } from '../../../src/session/session-parts.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { ownPrefix, temporaryFolder } from '../../processes/shared-stores.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

const WORDS = ['a', 'b', 'c', "it's", 'q"', 'back\\', '\\"', 'é', '😀', 'a.b', '$', '@', ']', '?('];
const ODD = ['', 'a b', 'a  b', '__proto__', 'constructor', 'length', 'in', 'size', '~', '*'];
/** JavaScript puts members with such names first. */
const NUMERALS = ['0', '1', '10'];

const PATHS_OF_ONE = 40;

const scalar = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1, 2, 1.5, -0.25, 1e300, 2 ** 53, 2 ** 31),
  fc.constantFrom<JsonValue>(
    '',
    'a',
    'b',
    'B',
    'é',
    '😀',
    'q"',
    "it's",
    `"'`,
    String.raw`\"`,
    '\\',
    '1',
    'true',
    ' a',
    'a ',
    ' ',
    'a b',
    'a  b',
    'line\nend',
  ),
);

function documents(names: readonly string[]): fc.Arbitrary<JsonValue> {
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'medium' },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 4 })
        .map((members) => Object.fromEntries(members) as JsonValue),
    ),
  }));
  return fc.array(value, { minLength: 1, maxLength: 5 });
}

function paths(names: readonly string[]): fc.Arbitrary<string> {
  const name = fc.constantFrom(...names);
  const quoted = fc
    .tuple(name, fc.boolean())
    .map(([text, isSingle]) =>
      isSingle ? `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'` : JSON.stringify(text),
    );
  const integer = fc.constantFrom('0', '1', '2', '3', '-1', '-2', '-3', '-5', '7');
  const bound = fc.oneof(integer, fc.constant(''));
  const query = fc
    .array(quoted, { minLength: 1, maxLength: 2 })
    .map((some) => `@${some.map((one) => `[${one}]`).join('')}`);
  const literal = fc.oneof(
    fc.constantFrom('null', 'true', 'false', '0', '1', '-1', '2', '1.5', '-0.25', '2147483647'),
    fc.constantFrom(
      '""',
      '"a"',
      "'b'",
      '"é"',
      "'q\"'",
      `"it's"`,
      String.raw`'"\''`,
      String.raw`'\\"'`,
      String.raw`'\\'`,
      '"1"',
      '"true"',
      '" a"',
      '"a "',
      '" "',
      '"a  b"',
    ),
  );
  const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
  const compared = fc.oneof(
    fc.tuple(query, comparison, literal).map((parts) => parts.join(' ')),
    fc.tuple(literal, comparison, query).map((parts) => parts.join('')),
  );
  const ask = fc.oneof(query, compared);
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      ask,
      fc.tuple(tie('filter'), fc.constantFrom('&&', '||'), tie('filter')).map((p) => p.join(' ')),
      fc
        .tuple(tie('filter'), fc.constantFrom('&&', '||'), tie('filter'))
        .map(([left, mark, right]) => `(${left}) ${mark} (${right})`),
    ),
  }));
  const selector = fc.oneof(
    quoted,
    fc
      .uniqueArray(name, { minLength: 2, maxLength: 3 })
      .map((some) => some.map((text) => JSON.stringify(text)).join(', ')),
    fc.constant('*'),
    integer,
    fc.tuple(bound, bound).map((parts) => parts.join(':')),
    fc.tuple(bound, bound, fc.constantFrom('1', '2', '3')).map((parts) => parts.join(':')),
    // One that holds where nothing is there is refused.
    fc.tuple(query, filter).map(([there, text]) => `?${there} && (${text})`),
    fc
      .tuple(
        query,
        comparison.filter((mark) => mark !== '!='),
        literal,
      )
      .map((parts) => `?${parts.join('')}`),
  );
  const child = selector.map((text) => `[${text}]`);
  const children = fc.array(child, { maxLength: 3 });
  const any = fc.oneof(
    children.map((some) => `$.attributes.data${some.join('')}`),
    fc
      .tuple(children, child, children)
      .map(([before, below, behind]) =>
        ['$.attributes.data', ...before, `..${below}`, ...behind].join(''),
      ),
  );
  // More questions than that are refused.
  return any.filter((path) => path.split('@').length <= 16);
}

const prefix = ownPrefix();
let redis: RedisStore;
let sqlite: SqliteStore;

beforeAll(async () => {
  redis = RedisStore.open(sharedRedisUrl());
  sqlite = await SqliteStore.open(`${temporaryFolder()}/sessions.db`);
});

afterAll(async () => {
  await redis.close();
  await sqlite.close();
});

const sorted = (values: readonly JsonValue[]): string[] =>
  values.map((value) => canonicalText(value)).toSorted();

test.each([
  ['in order', WORDS, (values: JsonValue[]) => values],
  ['in order, of odd names', ['a', ...ODD], (values: JsonValue[]) => values],
  ['in any order of members', ['a', ...NUMERALS], sorted],
] as const)('the server and the library find the same, %s', async (_, names, form) => {
  let found = 0;
  const asked = vi.spyOn(redis, 'query');
  const property = fc.asyncProperty(
    documents(names),
    fc.array(paths(names), { minLength: PATHS_OF_ONE, maxLength: PATHS_OF_ONE }),
    async (data, some) => {
      const options = { keyPrefix: prefix, sessionId: crypto.randomUUID(), ttl: 60 };
      const [there, here] = await Promise.all(
        [redis, sqlite].map((store) => JSONSession.create({ ...options, store })),
      );
      await Promise.all([there, here].map((session) => session!.setAttributes({ data })));
      const { handle } = partsOf(there!);
      const whole = await handle.readWhole(handle.newDeadline());
      const document = whole!.document as unknown as JsonValue;
      for (const path of some) {
        const values = await there!.query(path);
        expect({ path, values: form(values) }).toEqual({
          path,
          values: form(await here!.query(path)),
        });
        found += values.length > 0 ? 1 : 0;
      }
      for (const path of ['$', '$..*', '$[*]', '$.metadata[*]', '$..[0]', '$..[?@.a == 1]']) {
        const all = await there!.query(path);
        const known = valuesIn(document, parsedPath(path));
        expect({ path, values: sorted(all) }).toEqual({ path, values: sorted(known) });
      }
      await there!.delete();
      await here!.delete();
    },
  );
  await fc.assert(property, { numRuns: Number(process.env['QUERY_RUNS'] ?? 25) });
  // Paths that name nothing would agree, too, and so would those that no server has seen.
  expect(found).toBeGreaterThan(100);
  const answers = asked.mock.settledResults.map(({ value }) => value as unknown);
  const served = answers.filter((answer) => answer !== 'read-all');
  expect(served.length).toBeGreaterThan(answers.length / 2);
  asked.mockRestore();
});
