/**
 * The warning about a session that has grown large.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { closeStores, JSONSession } from '../../src/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const URLS = [
  ['Redis', sharedRedisUrl()],
  ['SQLite', 'sqlite::memory:'],
] as const;
const LIMIT = 20_000;

let warnings: (Error & { code?: string })[] = [];
const note = (warning: Error): number => warnings.push(warning);

beforeEach(() => {
  warnings = [];
  process.on('warning', note);
});

afterEach(async () => {
  process.off('warning', note);
  await closeStores();
});

async function warned(): Promise<typeof warnings> {
  // Warnings come after the code that causes them.
  await new Promise(setImmediate);
  return warnings.filter(({ code }) => code === 'AGENTS_JSON_SESSION_LARGE');
}

function items(count: number, content = 'x'.repeat(1000)) {
  return Array.from({ length: count }, () => ({ role: 'user', content }) as const);
}

describe.each(URLS)('%s', (_, url) => {
  test('a session larger than maxSessionBytes is said to be large, once, with no word of what it holds', async () => {
    const options = { url, keyPrefix: ownPrefix(), sessionId: 'chat', maxSessionBytes: LIMIT };
    const session = new JSONSession(options);
    await session.addItems(items(10));
    await session.addItems(items(6));
    expect(await warned()).toEqual([]);
    await session.addItems(items(5));
    await session.addItems(items(1));
    const [warning, ...others] = await warned();
    expect(others).toEqual([]);
    expect(warning?.name).toBe('LargeSessionWarning');
    expect(warning?.message).toMatch(/^The messages of session chat take about 2\d{4} bytes/u);
    expect(warning?.message).not.toContain('xxx');
    // Another handle says it too, and what was removed counts no more.
    const other = new JSONSession(options);
    await other.clear();
    await other.addItems(items(10));
    expect(await warned()).toHaveLength(1);
    await other.addItems(items(12));
    expect(await warned()).toHaveLength(2);
  });

  test('nothing is said without the option', async () => {
    const session = new JSONSession({ url, keyPrefix: ownPrefix() });
    await session.addItems(items(100));
    expect(await warned()).toEqual([]);
  });
});
