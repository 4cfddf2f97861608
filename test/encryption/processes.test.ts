/**
 * Several processes that write to one encrypted session at the same moment.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import type { Task } from '../processes/tasks.ts';
import { Workers } from '../processes/workers.ts';
import { testKeyring } from './keyrings.ts';

const PROCESSES = 4;

let workers: Workers;

beforeAll(() => {
  workers = new Workers(PROCESSES);
});

afterAll(() => workers.end());

describe.each(SHARED_STORES)('%s', (_, newUrl) => {
  test.each([
    ['first-write', 1],
    ['append', 5],
  ] as const)('%s: what every process has written can be read', async (kind, rounds) => {
    const address = { url: newUrl(), keyPrefix: ownPrefix(), sessionId: 'shared' };
    const tasks = Array.from({ length: PROCESSES }, (__, worker): Task => {
      return { kind, ...address, worker, rounds, isEncrypted: true };
    });
    const results = await workers.run(tasks);
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    const encryption = await testKeyring();
    const session = new JSONSession({ ...address, encryption, timeoutMs: 30_000 });
    const contents = (await session.getMessages()).map(({ content }) => content);
    const written = results.flatMap(({ texts }) => texts);
    expect(contents.toSorted()).toEqual(written.toSorted());
    expect(written.length).toBeGreaterThanOrEqual(PROCESSES);
    await session.delete();
    await session.close();
  });
});
