/**
 * How large the items of one call may be together.
 *
 * @module
 */
import { expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';

const MEBIBYTE = 1024 * 1024;

function items(count: number, bytes: number) {
  return Array.from(
    { length: count },
    () => ({ role: 'user', content: 'x'.repeat(bytes) }) as const,
  );
}

test('64 MiB in one call are taken, more are refused, and one item may have them alone', async () => {
  const store = await SqliteStore.open(':memory:');
  const session = new JSONSession({ store, maxItemBytes: 80 * MEBIBYTE });
  await session.addItems(items(2, 31 * MEBIBYTE));
  await expect(session.addItems(items(3, 22 * MEBIBYTE))).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'items',
  });
  expect((await session.getMetadata()).messageCount).toBe(2);
  await session.addItems(items(1, 70 * MEBIBYTE));
  expect((await session.getMetadata()).messageCount).toBe(3);
  await store.close();
});
