/**
 * How the library finds values by itself.
 */
import { expect, test } from 'vitest';

import type { JsonValue } from '../../src/document/document.ts';
import { parsedPath } from '../../src/query/parsed-path.ts';
import { valuesIn } from '../../src/query/query-session.ts';

test('long histories are no more than a call can take', () => {
  const messages = Array.from({ length: 300_000 }, (_, index) => ({ index }));
  expect(valuesIn({ messages }, parsedPath('$.messages[*].index'))).toHaveLength(300_000);
  expect(valuesIn({ messages }, parsedPath('$..index'))).toHaveLength(300_000);
  expect(valuesIn({ messages }, parsedPath('$.messages[?@.index >= 1].index'))).toHaveLength(
    299_999,
  );
});

test('a document may be as deep as stores keep it', () => {
  let deep: JsonValue = { found: 1 };
  for (let depth = 0; depth < 1000; depth += 1) deep = [deep];
  expect(valuesIn(deep, parsedPath('$..found'))).toEqual([1]);
});
