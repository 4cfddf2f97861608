/**
 * Runs that wait for an approval and go on in another process.
 */
import type { AgentInputItem } from '@openai/agents-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { perform, type Report } from './episode.ts';
import { EVERY_SETTING } from './every-setting.ts';
import { answered, assistant, called, REJECTED, user } from './expected-items.ts';
import { historyOf } from './history.ts';
import { OtherProcess } from './other-process.ts';
import type { Setting } from './setting.ts';
import type { Call, Step } from './travel-agent.ts';

const OSLO: Call = { tool: 'book', city: 'Oslo', callId: 'c1' };
const ROME: Call = { tool: 'book', city: 'Rome', callId: 'c2' };
const HOLD: Call = { tool: 'hold', city: 'Rome', callId: 'c3' };
const DONE: Step = { says: 'Done.' };

let second: OtherProcess;
let third: OtherProcess;

beforeAll(async () => {
  [second, third] = await Promise.all([OtherProcess.start(), OtherProcess.start()]);
});

afterAll(async () => {
  await Promise.all([second.end(), third.end()]);
});

/** The run that the other processes go on with: it ends where the first call waits. */
async function begin(setting: Setting, ...calls: Call[]): Promise<Report> {
  const report = await perform({ ...setting, script: [{ calls }], input: 'Off I go.' });
  expect(report.failure).toBeNull();
  return report;
}

/** What an undisturbed run leaves, which the next run is sent with what the user says then. */
async function expectHistory(setting: Setting, history: AgentInputItem[]): Promise<void> {
  expect(await historyOf(setting)).toStrictEqual(history);
  const next = await perform({ ...setting, script: [{ says: 'Yes.' }], input: 'Really?' });
  expect(next.inputs).toStrictEqual([[...history, user('Really?')]]);
  expect(await historyOf(setting)).toStrictEqual([...history, user('Really?'), assistant('Yes.')]);
}

describe.each(EVERY_SETTING)('a run that waits for an approval, $title', ({ newSetting }) => {
  test('goes on in another process that is given the answer', async () => {
    const setting = newSetting();
    const asked = await begin(setting, OSLO);
    expect(asked).toMatchObject({ waiting: ['c1'], output: null, deeds: [] });
    expect(await historyOf(setting)).toStrictEqual([user('Off I go.'), called(OSLO)]);

    const done = await second.do({
      ...setting,
      script: [DONE],
      input: { state: asked.state },
      before: { c1: 'approve' },
    });

    expect(done.pid).not.toBe(asked.pid);
    const exchange = [user('Off I go.'), called(OSLO), answered(OSLO, 'booked Oslo')];
    expect(done).toMatchObject({ failure: null, output: 'Done.', waiting: [] });
    expect(done.deeds).toEqual(['book Oslo']);
    expect(done.inputs).toStrictEqual([exchange]);
    await expectHistory(setting, [...exchange, assistant('Done.')]);
  });

  test('goes on in another process when the answer came before', async () => {
    const setting = newSetting();
    const asked = await perform({
      ...setting,
      script: [{ calls: [OSLO] }],
      input: 'Off I go.',
      after: { c1: 'approve' },
    });

    const done = await second.do({ ...setting, script: [DONE], input: { state: asked.state } });

    expect(done).toMatchObject({ failure: null, output: 'Done.', deeds: ['book Oslo'] });
    const exchange = [user('Off I go.'), called(OSLO), answered(OSLO, 'booked Oslo')];
    expect(done.inputs).toStrictEqual([exchange]);
    await expectHistory(setting, [...exchange, assistant('Done.')]);
  });

  test('goes on without the call when it is rejected', async () => {
    const setting = newSetting();
    const asked = await begin(setting, OSLO);

    const done = await second.do({
      ...setting,
      script: [DONE],
      input: { state: asked.state },
      before: { c1: 'reject' },
    });

    expect(done).toMatchObject({ failure: null, output: 'Done.', deeds: [] });
    const exchange = [user('Off I go.'), called(OSLO), answered(OSLO, REJECTED)];
    expect(done.inputs).toStrictEqual([exchange]);
    await expectHistory(setting, [...exchange, assistant('Done.')]);
  });

  test('keeps what a call beside it did that needs no approval', async () => {
    const setting = newSetting();
    const asked = await begin(setting, HOLD, OSLO);
    expect(asked).toMatchObject({ waiting: ['c1'], deeds: ['hold Rome'] });
    const begun = [user('Off I go.'), called(HOLD), called(OSLO), answered(HOLD, 'held Rome')];
    expect(await historyOf(setting)).toStrictEqual(begun);

    const done = await second.do({
      ...setting,
      script: [DONE],
      input: { state: asked.state },
      before: { c1: 'approve' },
    });

    expect(done).toMatchObject({ failure: null, output: 'Done.', deeds: ['book Oslo'] });
    const exchange = [...begun, answered(OSLO, 'booked Oslo')];
    expect(done.inputs).toStrictEqual([exchange]);
    await expectHistory(setting, [...exchange, assistant('Done.')]);
  });

  test('can wait again, and go on in a third process', async () => {
    const setting = newSetting();
    const asked = await begin(setting, OSLO);
    const askedAgain = await second.do({
      ...setting,
      script: [{ says: 'And then?', calls: [ROME] }],
      input: { state: asked.state },
      before: { c1: 'approve' },
    });
    expect(askedAgain).toMatchObject({ failure: null, waiting: ['c2'], deeds: ['book Oslo'] });
    const begun = [
      user('Off I go.'),
      called(OSLO),
      answered(OSLO, 'booked Oslo'),
      assistant('And then?'),
      called(ROME),
    ];
    expect(await historyOf(setting)).toStrictEqual(begun);

    const done = await third.do({
      ...setting,
      script: [DONE],
      input: { state: askedAgain.state },
      before: { c2: 'approve' },
    });

    expect(new Set([asked.pid, askedAgain.pid, done.pid]).size).toBe(3);
    expect(done).toMatchObject({ failure: null, output: 'Done.', deeds: ['book Rome'] });
    const exchange = [...begun, answered(ROME, 'booked Rome')];
    expect(done.inputs).toStrictEqual([exchange]);
    await expectHistory(setting, [...exchange, assistant('Done.')]);
  });

  test('can be given one answer in one process and the other in a third', async () => {
    const setting = newSetting();
    const asked = await begin(setting, OSLO, ROME);
    expect(asked.waiting).toEqual(['c1', 'c2']);
    const half = await second.do({
      ...setting,
      script: [],
      input: { state: asked.state },
      before: { c2: 'approve' },
    });
    expect(half).toMatchObject({ failure: null, waiting: ['c1'], deeds: ['book Rome'] });
    const begun = [user('Off I go.'), called(OSLO), called(ROME), answered(ROME, 'booked Rome')];
    expect(await historyOf(setting)).toStrictEqual(begun);

    const done = await third.do({
      ...setting,
      script: [DONE],
      input: { state: half.state },
      before: { c1: 'reject' },
    });

    expect(done).toMatchObject({ failure: null, output: 'Done.', deeds: [] });
    const exchange = [...begun, answered(OSLO, REJECTED)];
    expect(done.inputs).toStrictEqual([exchange]);
    await expectHistory(setting, [...exchange, assistant('Done.')]);
  });

  test('is passed over by a new message, and can still be answered after it', async () => {
    const setting = newSetting();
    const asked = await begin(setting, OSLO);
    const talked = await second.do({
      ...setting,
      script: [{ says: 'As you like.' }],
      input: 'Wait.',
    });
    expect(talked).toMatchObject({ failure: null, output: 'As you like.' });
    // A call that nothing answers stays in the session, and the model is not sent it.
    expect(talked.inputs).toStrictEqual([[user('Off I go.'), user('Wait.')]]);
    const begun = [user('Off I go.'), called(OSLO), user('Wait.'), assistant('As you like.')];
    expect(await historyOf(setting)).toStrictEqual(begun);

    const done = await third.do({
      ...setting,
      script: [DONE],
      input: { state: asked.state },
      before: { c1: 'approve' },
    });

    expect(done).toMatchObject({ failure: null, output: 'Done.', deeds: ['book Oslo'] });
    await expectHistory(setting, [...begun, answered(OSLO, 'booked Oslo'), assistant('Done.')]);
  });
});
