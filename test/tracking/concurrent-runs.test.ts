/**
 * Many runs at once, on one runner.
 */
import { setImmediate } from 'node:timers/promises';
import { RunContext } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/index.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { openSession } from '../runs/setting.ts';
import { connect, newAgent, newTool } from './agents.ts';
import { type Cost, countsOf, ownCounts } from './costs.ts';
import { type Entry, entriesOf, entryOf, expectRecorded } from './recorded.ts';
import { type AnyAgent, type Ended, type Runs, take, trackedRunner } from './runs.ts';
import { called, handsOver, replies, said, says } from './script.ts';

const RUNS = Array.from({ length: 20 }, (_, index) => index);

/** Two agents of their own for each run, which hand over; nobody else has their names and costs. */
function newPair(index: number): { start: AnyAgent; costs: Record<string, Cost[]> } {
  const [first, second] = [`First ${index}`, `Second ${index}`];
  const base = index % 5;
  const start = newAgent(
    first,
    [
      replies(base, called('look', `c${index}`)),
      replies(base + 1, handsOver(second.replace(' ', '_'), `h${index}`)),
    ],
    { tools: [newTool('look', async () => setImmediate('seen'))] },
  );
  const heir = newAgent(
    second,
    [replies(base + 2, said('I look.'), called('look', `d${index}`)), says(base + 3, 'Done.')],
    { tools: [newTool('look')] },
  );
  connect(start, heir);
  return { start, costs: { [first]: [base, base + 1], [second]: [base + 2, base + 3] } };
}

describe.each(EVERY_SETTING)('20 runs at once, $title', ({ newSetting }) => {
  test.each([
    ['a runner', trackedRunner],
    ['the run of the module', (): Runs => ({ run })],
  ])('by %s, each with a session of its own', async (_title, newRunner) => {
    const base = newSetting();
    const runner = newRunner();

    await Promise.all(
      RUNS.map(async (index) => {
        const setting = { ...base, sessionId: `own-${index}` };
        await using session = openSession(setting);
        const { start, costs } = newPair(index);
        const result = await take(runner, start, `Hello ${index}.`, {
          session,
          stream: base.stream,
        });
        const [first, second] = Object.keys(costs);
        const messages = await expectRecorded(setting, [{ input: `Hello ${index}.`, result }], {
          agentsUsed: [`First ${index}`, `Second ${index}`],
          handoffs: [`${first} > ${second}`],
          spent: costs,
        });
        expect(messages).toHaveLength(9);
      }),
    );
  });

  test('with one session', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const runner = trackedRunner();
    const pairs = RUNS.map(newPair);

    const results = await Promise.all(
      pairs.map(({ start }, index) => take(runner, start, `Hello ${index}.`, { session, stream })),
    );

    const key = (one: Entry): string => JSON.stringify(one);
    const expected = results.flatMap((result, index) =>
      entriesOf({ input: `Hello ${index}.`, result }),
    );
    const seen = (await session.getMessages()).map(entryOf);
    expect(seen.map(key).toSorted()).toEqual(expected.map(key).toSorted());
    const { usage, agentsUsed, totalTokens } = await session.getMetadata();
    const { agents, ...total } = usage;
    expect(total).toStrictEqual(ownCounts(results.map(({ state }) => state.usage)));
    expect(totalTokens).toBe(total.totalTokens);
    const costs = Object.assign({}, ...pairs.map((pair) => pair.costs)) as Record<string, Cost[]>;
    expect(agents).toStrictEqual(
      Object.fromEntries(Object.entries(costs).map(([name, own]) => [name, countsOf(own)])),
    );
    expect(agentsUsed.toSorted()).toEqual(Object.keys(costs).toSorted());
  });

  test('that share a run context, each with a session of its own', async () => {
    const base = newSetting();
    const runner = trackedRunner();
    const context = new RunContext({});

    const results = await Promise.all(
      RUNS.map(async (index): Promise<Ended> => {
        const setting = { ...base, sessionId: `own-${index}` };
        await using session = openSession(setting);
        const { start, costs } = newPair(index);
        const options = { session, stream: base.stream, context };
        const result = await take(runner, start, `Hello ${index}.`, options);
        const { agents, ...total } = (await session.getMetadata()).usage;
        expect(total).toStrictEqual(ownCounts(result.rawResponses.map(({ usage }) => usage)));
        expect(agents).toStrictEqual(
          Object.fromEntries(Object.entries(costs).map(([name, own]) => [name, countsOf(own)])),
        );
        return result;
      }),
    );

    const all = results.flatMap(({ rawResponses }) => rawResponses.map(({ usage }) => usage));
    expect(ownCounts([context.usage])).toStrictEqual(ownCounts(all));
  });
});
