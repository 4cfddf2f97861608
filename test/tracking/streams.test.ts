/**
 * Streams of tracked runs, for those who read them.
 */
import { afterEach, expect, test } from 'vitest';
import { JSONSession } from '../../src/index.ts';
import { newAgent, newTool } from './agents.ts';
import { countsOf } from './costs.ts';
import { trackedRunner } from './runs.ts';
import { calls, says } from './script.ts';

const session = new JSONSession({ url: 'sqlite::memory:', sessionId: 'streams' });

afterEach(async () => {
  await session.clear();
});

test('whoever has read all events finds everything recorded', async () => {
  const agent = newAgent('A', [calls(1, 'look', 'c1'), says(2, 'Done.')], {
    tools: [newTool('look')],
  });
  const result = await trackedRunner().run(agent, 'Hello.', { session, stream: true });

  const types = new Set<string>();
  for await (const { type } of result) types.add(type);

  expect(types).toContain('run_item_stream_event');
  expect((await session.getMetadata()).usage).toMatchObject(countsOf([1, 2]));
});

test('whoever reads the text finds everything recorded at the end', async () => {
  const agent = newAgent('A', [says(1, 'Done.')]);
  const result = await trackedRunner().run(agent, 'Hello.', { session, stream: true });

  let text = '';
  for await (const part of result.toTextStream()) text += part;
  await result.completed;

  expect(text).toBe('Done.');
  expect(await session.getMessages()).toHaveLength(2);
});

test('a reader can stop early: what was spent is recorded, and the session goes on', async () => {
  const agent = newAgent('A', [calls(1, 'look', 'c1'), says(2, 'Done.')], {
    tools: [newTool('look')],
  });
  const runner = trackedRunner();
  const result = await runner.run(agent, 'Hello.', { session, stream: true });

  const types: string[] = [];
  for await (const { type } of result) {
    types.push(type);
    break;
  }
  await result.completed;

  expect(types).toHaveLength(1);
  expect((await session.getMessages()).map(({ content }) => content)).toEqual(['Hello.']);
  expect((await session.getMetadata()).usage).toMatchObject(countsOf([1]));
  const next = await runner.run(agent, 'And now?', { session });
  expect(next.finalOutput).toBe('Done.');
  expect(await session.getMessages()).toHaveLength(3);
  expect((await session.getMetadata()).usage).toMatchObject(countsOf([1, 2]));
});
