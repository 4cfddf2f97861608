/**
 * Approved calls whose result was written, or not, while the run was told that nobody knows. The SDK
 * compares what is stored with what was there before, and needs to find its items as it sent them.
 */
import { UserError } from '@openai/agents-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { EVERY_SETTING } from './every-setting.ts';
import { answered, assistant, called, user } from './expected-items.ts';
import { historyOf } from './history.ts';
import { type Loss, openLossySession } from './lossy-session.ts';
import { OtherProcess } from './other-process.ts';
import { openSession, type Setting } from './setting.ts';
import { answer, type State, takeTurn, type Turn } from './take-turn.ts';
import { type Call, newTravel, type Travel } from './travel-agent.ts';

const OSLO: Call = { tool: 'book', city: 'Oslo', callId: 'c1' };
const DONE = { says: 'Done.' };
const ASKED = [user('Off I go.'), called(OSLO)];
const EXCHANGE = [...ASKED, answered(OSLO, 'booked Oslo')];
const FINISHED = [...EXCHANGE, assistant('Done.')];
const CANNOT_TELL =
  'Session history changed while a resumed write was unacknowledged and cannot be reconciled safely.';

let other: OtherProcess;

beforeAll(async () => {
  other = await OtherProcess.start();
});

afterAll(() => other.end());

/** A run that was approved, did its work, and failed to write what came of it. */
interface Failed extends Travel {
  readonly state: State;
  readonly resume: () => Promise<Turn>;
}

async function failToWrite(setting: Setting, loss: Loss): Promise<Failed> {
  const travel = newTravel([{ calls: [OSLO] }, DONE]);
  const { session, lose } = await openLossySession(setting);
  const { stream } = setting;
  const { state } = await takeTurn(travel.agent, 'Off I go.', { session, stream });
  answer(state, { c1: 'approve' });
  const resume = (): Promise<Turn> => takeTurn(travel.agent, state, { session, stream });
  lose('append', loss);
  await expectFailure('outcome_unknown', resume);
  expect(travel.model.calls).toHaveLength(1);
  expect(await historyOf(setting)).toStrictEqual(loss === 'answer' ? EXCHANGE : ASKED);
  return { ...travel, state, resume };
}

const LOSSES = [
  { loss: 'answer', title: 'was written' },
  { loss: 'request', title: 'was not written' },
] as const;
const CASES = EVERY_SETTING.flatMap(({ title, newSetting }) =>
  LOSSES.map(({ loss, title: what }) => ({ title: `${what}, ${title}`, newSetting, loss })),
);

describe.each(CASES)('a result of which nobody knows that it $title', ({ newSetting, loss }) => {
  test('is there once when the run goes on in the same process', async () => {
    const setting = newSetting();
    const { resume, model, deeds } = await failToWrite(setting, loss);

    expect(await resume()).toMatchObject({ output: 'Done.' });

    expect(await historyOf(setting)).toStrictEqual(FINISHED);
    expect(deeds).toEqual(['book Oslo']);
    expect(model.calls).toHaveLength(2);
    expect(await resume()).toMatchObject({ output: 'Done.' });
    expect(await historyOf(setting)).toStrictEqual(FINISHED);
  });

  test('is there once when the run goes on in another process', async () => {
    const setting = newSetting();
    const { state } = await failToWrite(setting, loss);
    const input = { state: state.toString() };

    const done = await other.do({ ...setting, script: [DONE], input });

    expect(done).toMatchObject({ failure: null, output: 'Done.', deeds: [] });
    expect(done.inputs).toStrictEqual([EXCHANGE]);
    expect(await historyOf(setting)).toStrictEqual(FINISHED);
  });

  test('stops the run in either process when someone else wrote since', async () => {
    const setting = newSetting();
    const { state, resume, model, deeds } = await failToWrite(setting, loss);
    const input = { state: state.toString() };
    await using session = openSession(setting);
    await session.addItems([user('And Rome?')]);
    const history = [...(loss === 'answer' ? EXCHANGE : ASKED), user('And Rome?')];

    const refused = await other.do({ ...setting, script: [DONE], input });

    const failure = { type: 'UserError', message: CANNOT_TELL };
    expect(refused).toMatchObject({ failure, inputs: [], deeds: [] });
    await expect(resume()).rejects.toThrow(new UserError(CANNOT_TELL));
    expect(model.calls).toHaveLength(1);
    expect(deeds).toEqual(['book Oslo']);
    expect(await historyOf(setting)).toStrictEqual(history);
  });
});
