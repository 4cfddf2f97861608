import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JSONSession } from '../../src/index.ts';
import { ownPrefix, SHARED_STORES } from './shared-stores.ts';
import { type Task, textsOf, tokensOf } from './tasks.ts';
import { Workers } from './workers.ts';

const PROCESSES = 8;

let workers: Workers;

beforeAll(() => {
  workers = new Workers(PROCESSES);
});

afterAll(() => workers.end());

describe.each(SHARED_STORES)('8 processes on one session in %s', (_, newUrl) => {
  function setUp(kind: Task['kind'], rounds: number): { tasks: Task[]; session: JSONSession } {
    const address = { url: newUrl(), keyPrefix: ownPrefix(), sessionId: 'shared' };
    const tasks = Array.from({ length: PROCESSES }, (__, worker) => {
      return { kind, ...address, worker, rounds };
    });
    return { tasks, session: new JSONSession({ ...address, timeoutMs: 30_000 }) };
  }

  test('append: every message is there once, in its writer’s order, and the counters are exact', async () => {
    const rounds = 15;
    const { tasks, session } = setUp('append', rounds);
    await session.create();

    const results = await workers.run(tasks);

    expect(results.flatMap((result) => result.errors)).toEqual([]);
    const messages = await session.getMessages();
    const texts = messages.map((message) => message.content);
    for (const { worker } of tasks) {
      const written = Array.from({ length: rounds }, (__, round) => textsOf(worker, round)).flat();
      expect(texts.filter((text) => text.startsWith(`${worker}/`))).toEqual(written);
    }
    // What one addItems added stands together.
    for (const [index, text] of texts.entries()) {
      if (text.endsWith('/a')) expect(texts[index + 1]).toBe(text.replace(/a$/, 'b'));
    }
    expect(new Set(messages.map((message) => message.id)).size).toBe(messages.length);
    const times = messages.map((message) => message.timestamp.getTime());
    expect(times).toEqual(times.toSorted((left, right) => left - right));

    const metadata = await session.getMetadata();
    const tokens = tasks.flatMap(({ worker }) =>
      Array.from({ length: rounds }, (__, round) => tokensOf(worker, round)),
    );
    expect(metadata.messageCount).toBe(PROCESSES * rounds * 3);
    expect(metadata.totalTokens).toBe(tokens.reduce((sum, count) => sum + count, 0));
    expect(metadata.agentsUsed.toSorted()).toEqual(
      Array.from({ length: 5 }, (__, index) => `agent-${index}`),
    );
    await session.close();
  });

  test('create: one wins, and all others learn that the session exists', async () => {
    const { tasks, session } = setUp('create', 1);

    const results = await workers.run(tasks);

    expect(results.flatMap((result) => result.texts)).toEqual(['created']);
    expect(results.flatMap((result) => result.errors)).toEqual(
      Array.from({ length: PROCESSES - 1 }, () => 'session_exists'),
    );
    expect(await session.getItems()).toEqual([]);
    await session.close();
  });

  test('first write without a create: one session holds them all', async () => {
    const { tasks, session } = setUp('first-write', 3);

    const results = await workers.run(tasks);

    expect(results.flatMap((result) => result.errors)).toEqual([]);
    const texts = (await session.getMessages()).map((message) => message.content);
    expect(texts.toSorted()).toEqual(results.flatMap((result) => result.texts).toSorted());
    expect((await session.getMetadata()).messageCount).toBe(PROCESSES * 3);
    await session.close();
  });

  test('pop and append: no item is popped twice and none is lost', async () => {
    const rounds = 15;
    const { tasks, session } = setUp('push', rounds);
    const mixed = tasks.map((task) =>
      task.worker % 2 === 0 ? task : { ...task, kind: 'pop' as const },
    );
    const pops = (PROCESSES / 2) * rounds;
    // Enough for each pop, even when nothing was appended yet.
    const seed = Array.from({ length: pops }, (__, index) => `seed/${index}`);
    await session.addItems(seed.map((content) => ({ role: 'user', content })));

    const results = await workers.run(mixed);

    expect(results.flatMap((result) => result.errors)).toEqual([]);
    const popped = results.flatMap(({ texts }, worker) => (worker % 2 === 0 ? [] : texts));
    const pushed = results.flatMap(({ texts }, worker) => (worker % 2 === 0 ? texts : []));
    expect(popped).toHaveLength(pops);
    const left = (await session.getMessages()).map((message) => message.content);
    expect([...popped, ...left].toSorted()).toEqual([...seed, ...pushed].toSorted());
    expect((await session.getMetadata()).messageCount).toBe(left.length);
    await session.close();
  });
});
