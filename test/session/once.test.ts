/**
 * Jobs that a queue delivers again, while a run of the SDK is under way, after it, and in another
 * process.
 */
import { Agent } from '@openai/agents-core';
import {
  assistantMessage,
  functionCall,
  modelResponder,
  ScriptedModel,
} from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';
import type { JSONSession } from '../../src/index.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { answered, assistant, called, user } from '../runs/expected-items.ts';
import { historyOf } from '../runs/history.ts';
import { jobOf, reportOf } from '../runs/job.ts';
import { openLossySession } from '../runs/lossy-session.ts';
import { openSession } from '../runs/setting.ts';
import { answer, takeTurn, type Turn } from '../runs/take-turn.ts';
import { newTravel } from '../runs/travel-agent.ts';
import {
  AGAIN,
  DONE,
  OSLO,
  otherProcess,
  REMOVED,
  ROME,
  SAYS,
  TURN,
  UNFINISHED,
} from '../runs/travel-job.ts';

const other = otherProcess();

describe.each(EVERY_SETTING)('a job, $title', ({ newSetting }) => {
  test('gives the stored answer to another process that tries it again', async () => {
    const setting = newSetting();
    const travel = newTravel([{ calls: [ROME] }, DONE]);
    await using session = openSession(setting);
    const first = await jobOf(travel, { jobId: 'j', session, stream: setting.stream })(SAYS);

    const again = await other.do({ ...setting, jobId: 'j', script: [], says: SAYS });

    expect(first.result).toMatchObject({ output: 'Done.' });
    const ids = (await session.getMessages()).map(({ id }) => id);
    expect(reportOf(first, travel)).toEqual({ answer: 'Done.', status: 'done', ids, paid: 2 });
    expect(again).toEqual({ answer: 'Done.', status: 'repeated', ids, paid: 0 });
    expect(ids).toHaveLength(4);
    expect(travel.deeds).toEqual(['hold Rome']);
  });

  test('is given as it was stored, without a call of the function', async () => {
    const setting = newSetting();
    await using session = openSession(setting);
    await session.addItems([user('Before.'), assistant('Yes?')]);
    const attempt = jobOf(newTravel([DONE]), { jobId: 'j', session, stream: setting.stream });
    const first = await attempt(SAYS);
    await session.addItems([user('After.'), assistant('Well.')]);

    const again = await attempt(SAYS);

    expect(again).toEqual({ ...first, status: 'repeated', result: undefined });
    expect(again.messages.map(({ content }) => content)).toEqual([SAYS, 'Done.']);
    expect(await historyOf(setting)).toHaveLength(6);
  });

  test('stands once when the answer of its write was lost', async () => {
    const setting = newSetting();
    const { session, lose } = await openLossySession(setting);
    lose('append', 'answer');
    const attempt = jobOf(newTravel([DONE]), { jobId: 'j', session, stream: setting.stream });
    await expectFailure('outcome_unknown', () => attempt(SAYS));

    const again = await other.do({ ...setting, jobId: 'j', script: [AGAIN], says: SAYS });

    expect(again).toMatchObject({ answer: 'Done.', status: 'repeated', paid: 0 });
    expect(await attempt(SAYS)).toMatchObject({ answer: 'Done.', status: 'repeated' });
    expect(await historyOf(setting)).toStrictEqual(TURN);
  });

  test('is done again when its write was lost', async () => {
    const setting = newSetting();
    const { session, lose } = await openLossySession(setting);
    lose('append', 'request');
    const attempt = jobOf(newTravel([AGAIN]), { jobId: 'j', session, stream: setting.stream });
    await expectFailure('outcome_unknown', () => attempt(SAYS));

    const again = await other.do({ ...setting, jobId: 'j', script: [DONE], says: SAYS });

    expect(again).toMatchObject({ answer: 'Done.', status: 'done', paid: 1 });
    expect(await historyOf(setting)).toStrictEqual(TURN);
  });

  test('stands once when two processes do it at the same time', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const travel = newTravel([AGAIN]);
    await using session = openSession(setting);
    const job = { ...setting, jobId: 'j', script: [DONE], says: SAYS };
    let winner: unknown;
    const outcome = await session.once('j', async () => {
      winner = await other.do(job);
      return takeTurn(travel.agent, SAYS, { session, stream });
    });

    expect(winner).toMatchObject({ answer: 'Done.', status: 'done', paid: 1 });
    expect(outcome).toMatchObject({ answer: 'Done.', status: 'repeated', result: undefined });
    expect(travel.model.calls).toHaveLength(1);
    expect(await historyOf(setting)).toStrictEqual(TURN);
  });

  test('that waits for approvals is not done, and the one that goes on is', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const travel = newTravel([{ calls: [OSLO] }, DONE]);
    await using session = openSession(setting);
    const asked = await jobOf(travel, { jobId: 'ask', session, stream })(SAYS);
    expect(asked).toMatchObject({ ...UNFINISHED, result: { output: null } });
    const { state } = asked.result!;
    answer(state, { c1: 'approve' });
    const goOn = jobOf(travel, { jobId: 'go on', session, stream });

    const done = await goOn(state);

    expect(done).toMatchObject({ answer: 'Done.', status: 'done' });
    expect(done.messages.map(({ role }) => role)).toEqual(['tool', 'assistant']);
    expect(await goOn(state)).toEqual({ ...done, result: undefined, status: 'repeated' });
    expect(travel.deeds).toEqual(['book Oslo']);
    const again = await other.do({ ...setting, jobId: 'ask', script: [AGAIN], says: SAYS });
    expect(again).toMatchObject({ answer: 'Done again.', status: 'done' });
  });

  test('has one turn when it is approved within the job', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const travel = newTravel([{ calls: [OSLO] }, DONE]);
    await using session = openSession(setting);
    const { messages } = await session.once('j', async () => {
      const { state } = await takeTurn(travel.agent, SAYS, { session, stream });
      answer(state, { c1: 'approve' });
      return takeTurn(travel.agent, state, { session, stream });
    });

    const turn = [user(SAYS), called(OSLO), answered(OSLO, 'booked Oslo'), assistant('Done.')];
    expect(messages.map(({ item }) => item)).toStrictEqual(turn);
    const again = await other.do({ ...setting, jobId: 'j', script: [], says: SAYS });
    expect(again).toMatchObject({ answer: 'Done.', ids: messages.map(({ id }) => id) });
  });

  test.each(['result', 'answer'])('is whole when the write of its %s was lost', async (lost) => {
    const setting = newSetting();
    const { stream } = setting;
    const { session, lose } = await openLossySession(setting);
    const { tools } = newTravel([]).agent;
    const finish = modelResponder(() => {
      if (lost === 'answer') lose('append', 'answer');
      return [assistantMessage('Done.')];
    });
    const model = new ScriptedModel([[functionCall('book', { city: 'Oslo' }, OSLO)], finish]);
    const agent = new Agent({ name: 'T', model, tools });
    const outcome = await session.once('j', async () => {
      const { state } = await takeTurn(agent, SAYS, { session, stream });
      answer(state, { c1: 'approve' });
      if (lost === 'result') lose('append', 'answer');
      const resume = async (): Promise<Turn> => takeTurn(agent, state, { session, stream });
      await expectFailure('outcome_unknown', resume);
      return resume();
    });

    // The SDK finds the result again, and sends the answer once more.
    expect(outcome).toMatchObject({ answer: 'Done.', status: 'done' });
    expect(outcome.result).toMatchObject({ output: 'Done.' });
    expect(outcome.messages).toHaveLength(4);
    const again = await other.do({ ...setting, jobId: 'j', script: [], says: SAYS });
    expect(again).toMatchObject({ answer: 'Done.', status: 'repeated' });
    expect(await historyOf(setting)).toHaveLength(4);
    expect(model.calls).toHaveLength(2);
  });

  test.each([null, 'answer'] as const)(
    'is done by its answer, even if its function fails behind it (lost: %s)',
    async (loss) => {
      const setting = newSetting();
      const { stream } = setting;
      const travel = newTravel([{ calls: [OSLO] }, DONE]);
      const { session, lose } = await openLossySession(setting);
      const attempt = async (): Promise<unknown> =>
        session.once('j', async () => {
          const { state } = await takeTurn(travel.agent, SAYS, { session, stream });
          answer(state, { c1: 'approve' });
          const resume = async (): Promise<Turn> =>
            takeTurn(travel.agent, state, { session, stream });
          if (loss !== null) {
            lose('append', loss);
            await expectFailure('outcome_unknown', resume);
          }
          await resume();
          throw new Error('failed behind it');
        });
      await expect(attempt()).rejects.toThrow('failed behind it');

      expect(await attempt()).toMatchObject({ answer: 'Done.', status: 'repeated' });
    },
  );

  test('that fails is done again', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const failing = jobOf(newTravel([]), { jobId: 'j', session, stream });
    await expect(failing(SAYS)).rejects.toThrow('ScriptedModel');
    // The SDK keeps what the user said where it has begun to stream.
    expect(await session.getItems()).toStrictEqual(stream ? [user(SAYS)] : []);

    const again = await other.do({ ...setting, jobId: 'j', script: [DONE], says: SAYS });

    expect(again).toMatchObject({ answer: 'Done.', status: 'done' });
  });

  test('is not done again when its turn was taken back', async () => {
    const setting = newSetting();
    await using session = openSession(setting);
    const travel = newTravel([{ calls: [ROME] }, DONE]);
    const attempt = jobOf(travel, { jobId: 'j', session, stream: setting.stream });
    const { messages } = await attempt(SAYS);
    await session.undoTo(messages[1]!.id);
    expect(await attempt(SAYS)).toEqual(REMOVED);
    await session.popTurn();

    expect(await attempt(SAYS)).toEqual(REMOVED);

    expect(travel.model.calls).toHaveLength(2);
    expect(await session.getItems()).toEqual([]);
  });

  test('is done again once the history is cleared', async () => {
    const setting = newSetting();
    await using session = openSession(setting);
    const travel = newTravel([DONE, AGAIN]);
    const attempt = jobOf(travel, { jobId: 'j', session, stream: setting.stream });
    await attempt(SAYS);
    await session.clear();

    expect(await attempt(SAYS)).toMatchObject({ answer: 'Done again.', status: 'done' });
  });

  test('is done when a tool has the last word', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const { tools } = newTravel([]).agent;
    const model = new ScriptedModel([[functionCall('hold', { city: 'Rome' }, ROME)]]);
    const agent = new Agent({ name: 'T', model, tools, toolUseBehavior: 'stop_on_first_tool' });
    await using session = openSession(setting);
    const attempt = jobOf({ agent, model, deeds: [] }, { jobId: 'j', session, stream });
    const first = await attempt(SAYS);

    expect(first).toMatchObject({ answer: 'held Rome', status: 'done' });
    expect(first.messages).toHaveLength(3);
    expect(await attempt(SAYS)).toEqual({ ...first, result: undefined, status: 'repeated' });
    expect(model.calls).toHaveLength(1);
  });

  test('is not done while a call waits that the model spoke after', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const { tools } = newTravel([]).agent;
    const first = [functionCall('book', { city: 'Oslo' }, OSLO), assistantMessage('May I?')];
    const model = new ScriptedModel([first, [assistantMessage('Done.')]]);
    const agent = new Agent({ name: 'T', model, tools });
    await using session = openSession(setting);
    const attempt = jobOf({ agent, model, deeds: [] }, { jobId: 'j', session, stream });
    const { result } = await attempt(SAYS);
    expect((await session.getItems()).at(-1)).toMatchObject({ role: 'assistant' });
    answer(result!.state, { c1: 'approve' });

    expect(await attempt(result!.state)).toMatchObject({ answer: 'Done.', status: 'done' });
  });

  test('is its own among others at the same time', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const ids = ['a', 'b', 'c'];
    const doAll = async (): Promise<(string | null)[]> => {
      const attempts = ids.map(async (jobId) =>
        jobOf(newTravel([{ says: jobId }]), { jobId, session, stream })(SAYS),
      );
      return (await Promise.all(attempts)).map((outcome) => outcome.answer);
    };

    expect(await doAll()).toEqual(ids);
    expect(await doAll()).toEqual(ids);

    expect(await historyOf(setting)).toHaveLength(6);
  });

  test('lets jobs and runs of other sessions be', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const inner = { ...setting, sessionId: 'inner' };
    await using session = openSession(setting);
    await using innerSession = openSession(inner);
    const run = (says: string, of: JSONSession) => async () =>
      takeTurn(newTravel([{ says }]).agent, SAYS, { session: of, stream });
    const outcome = await session.once('j', async () => {
      await run('Free.', innerSession)();
      const nested = await innerSession.once('j', async () => {
        await session.addItems([user('Wait.')]);
        return run('Inner.', innerSession)();
      });
      expect(nested).toMatchObject({ answer: 'Inner.', status: 'done' });
      expect(nested.messages).toHaveLength(2);
      return run('Outer.', session)();
    });

    expect(outcome).toMatchObject({ answer: 'Outer.', status: 'done' });
    expect(outcome.messages.map(({ content }) => content)).toEqual(['Wait.', SAYS, 'Outer.']);
    const again = await innerSession.once('j', run('Wrong.', innerSession));
    expect(again).toMatchObject({ answer: 'Inner.', status: 'repeated' });
    expect(await historyOf(inner)).toHaveLength(4);
  });

  test('is seen through every handle of its session', async () => {
    const setting = newSetting();
    await using session = openSession(setting);
    const { answer: said } = await session.once('j', async () => {
      await using another = openSession(setting);
      const { stream } = setting;
      await takeTurn(newTravel([DONE]).agent, SAYS, { session: another, stream });
    });

    expect(said).toBe('Done.');
    const again = await session.once('j', async () => 'wrong');
    expect(again).toMatchObject({ answer: 'Done.', status: 'repeated' });
  });
});
