/**
 * Jobs that a queue delivers again, while a run of the SDK is under way, after it, and in another
 * process.
 */
import { Agent, type AgentInputItem, Runner, Usage } from '@openai/agents-core';
import {
  assistantMessage,
  functionCall,
  modelResponder,
  ScriptedModel,
  type ScriptedModelResponse,
} from '@openai/agents-core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobOutcome, type JSONSession, tracked } from '../../src/index.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { answered, assistant, called, user } from '../runs/expected-items.ts';
import { historyOf, isGone } from '../runs/history.ts';
import { jobOf, reportOf } from '../runs/job.ts';
import { openLossySession } from '../runs/lossy-session.ts';
import { OtherProcess } from '../runs/other-process.ts';
import { openSession } from '../runs/setting.ts';
import { answer, takeTurn, type Turn } from '../runs/take-turn.ts';
import { type Call, newTravel } from '../runs/travel-agent.ts';

const OSLO: Call = { tool: 'book', city: 'Oslo', callId: 'c1' };
const ROME: Call = { tool: 'hold', city: 'Rome', callId: 'c2' };
const SAYS = 'Off I go.';
const DONE = { says: 'Done.' };
const AGAIN = { says: 'Done again.' };
const TURN = [user(SAYS), assistant('Done.')];
const UNFINISHED = { status: 'unfinished', answer: null, messages: [] };
const REMOVED = { status: 'removed', result: undefined, answer: null, messages: [] };

let other: OtherProcess;

beforeAll(async () => {
  other = await OtherProcess.start();
});

afterAll(() => other.end());

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

describe.each(EVERY_SETTING.filter(({ newSetting }) => !newSetting().stream))(
  'a job, $title',
  ({ newSetting }) => {
    const runner = new Runner({ tracingDisabled: true });

    test('waits for a stream that nobody reads', async () => {
      const setting = newSetting();
      const { agent } = newTravel([{ calls: [ROME] }, DONE]);
      await using session = openSession(setting);

      const outcome = await session.once('j', () =>
        runner.run(agent, SAYS, { session, stream: true }),
      );

      expect(outcome).toMatchObject({ answer: 'Done.', status: 'done' });
      expect(outcome.result?.finalOutput).toBe('Done.');
    });

    test('is not done when its stream was left', async () => {
      const setting = newSetting();
      const { agent } = newTravel([{ calls: [ROME] }, DONE]);
      await using session = openSession(setting);
      const leave = async (): Promise<unknown> => {
        const result = await runner.run(agent, SAYS, { session, stream: true });
        for await (const event of result) if (event.type === 'run_item_stream_event') break;
        return result;
      };

      expect(await session.once('j', leave)).toMatchObject(UNFINISHED);

      const again = await other.do({ ...setting, jobId: 'j', script: [DONE], says: SAYS });
      expect(again).toMatchObject({ answer: 'Done.', status: 'done' });
    });

    test('is not done when a stream was left that was to go on', async () => {
      const setting = newSetting();
      const { agent } = newTravel([{ calls: [OSLO] }, DONE]);
      await using session = openSession(setting);
      const { state } = await takeTurn(agent, SAYS, { session, stream: false });
      answer(state, { c1: 'approve' });
      const outcome = await session.once('j', async () => {
        const result = await runner.run(agent, state, { session, stream: true });
        for await (const event of result) if (event.type === 'run_item_stream_event') break;
        return result;
      });

      expect(outcome).toMatchObject(UNFINISHED);
      expect(await historyOf(setting)).toHaveLength(3);
      expect(await session.once('j', () => 'again')).toMatchObject({ result: 'again' });
    });

    test('that waits for approvals is not done, as its result says', async () => {
      await using session = openSession(newSetting());
      const { agent } = newTravel([{ calls: [OSLO] }]);
      const outcome = await session.once('j', () => runner.run(agent, SAYS, { session }));
      expect(outcome).toMatchObject(UNFINISHED);
      expect(await session.once('j', () => 'again')).toMatchObject({ result: 'again' });
    });

    test('stores no more runs once another attempt was first', async () => {
      const setting = newSetting();
      await using session = openSession(setting);
      const { agent } = newTravel([AGAIN, { says: 'And that.' }]);
      const outcome = await session.once('j', async () => {
        await jobOf(newTravel([DONE]), { jobId: 'j', session, stream: false })(SAYS);
        await runner.run(agent, SAYS, { session });
        return runner.run(agent, 'And this?', { session });
      });

      expect(outcome).toMatchObject({ answer: 'Done.', status: 'repeated', result: undefined });
      expect(await historyOf(setting)).toStrictEqual(TURN);
    });

    test('stores what is added by hand, even after another attempt was first', async () => {
      const setting = newSetting();
      await using session = openSession(setting);
      const { agent } = newTravel([AGAIN]);
      const added: unknown[] = [];
      const outcome = await session.once('j', async () => {
        await jobOf(newTravel([DONE]), { jobId: 'j', session, stream: false })(SAYS);
        await runner.run(agent, SAYS, { session });
        added.push(await session.addMessage({ role: 'assistant', content: 'By hand.' }));
        await session.addItems([user('By hand, too.')]);
      });

      expect(outcome).toMatchObject({ answer: 'Done.', status: 'repeated' });
      expect(outcome.messages).toHaveLength(2);
      const stored = await session.getMessages();
      expect(stored.map(({ content }) => content).slice(2)).toEqual(['By hand.', 'By hand, too.']);
      expect(stored[2]).toEqual(added[0]);
    });

    test.each([true, false])(
      'leaves alone what its function leaves behind (late: %s)',
      async (isLate) => {
        const setting = newSetting();
        await using session = openSession(setting);
        const gate = Promise.withResolvers<void>();
        let leftBehind: Promise<unknown> | undefined;
        const left = newTravel([{ says: 'Late.' }]).agent;
        await session.once('j', async () => {
          leftBehind = gate.promise.then(async () => runner.run(left, 'And?', { session }));
          if (!isLate) return;
          await jobOf(newTravel([DONE]), { jobId: 'j', session, stream: false })(SAYS);
          await runner.run(newTravel([AGAIN]).agent, SAYS, { session });
        });
        gate.resolve();
        await leftBehind;

        expect((await historyOf(setting)).slice(isLate ? 2 : 0)).toStrictEqual([
          user('And?'),
          assistant('Late.'),
        ]);
        const again = await session.once('j', () => 'again');
        expect(again).toMatchObject(
          isLate ? { answer: 'Done.' } : { ...UNFINISHED, result: 'again' },
        );
      },
    );

    test.each([true, false])(
      'has the question that was kept of a run that failed (stream: %s)',
      async (stream) => {
        await using session = openSession(newSetting());
        const { tools } = newTravel([]).agent;
        const keeping = tracked(new Runner({ tracingDisabled: true }), { keepFailedRuns: true });
        const call = [functionCall('hold', { city: 'Rome' }, ROME)];
        const attempt = async (
          ...script: ScriptedModelResponse[]
        ): Promise<JobOutcome<unknown>> => {
          const agent = new Agent({ name: 'T', model: new ScriptedModel(script), tools });
          return session.once('j', async () => {
            if (!stream) return keeping.run(agent, SAYS, { session });
            const result = await keeping.run(agent, SAYS, { session, stream });
            await result.completed;
            return result;
          });
        };
        await session.addItems([user('Before.'), assistant('Yes?')]);
        await expect(attempt(call)).rejects.toThrow('ScriptedModel');

        const done = await attempt([assistantMessage('Done.')]);

        const turn = [user(SAYS), called(ROME), answered(ROME, 'held Rome'), assistant('Done.')];
        expect(done.messages.map(({ item }) => item)).toStrictEqual(turn);
        expect(await attempt()).toEqual({ ...done, status: 'repeated', result: undefined });
      },
    );

    test('has only its own question', async () => {
      await using session = openSession(newSetting());
      const { tools } = newTravel([]).agent;
      const keeping = tracked(new Runner({ tracingDisabled: true }), { keepFailedRuns: true });
      const model = new ScriptedModel([[functionCall('hold', { city: 'Rome' }, ROME)]]);
      const failing = keeping.run(new Agent({ name: 'T', model, tools }), 'Other?', { session });
      await expect(failing).rejects.toThrow('ScriptedModel');

      const { messages } = await session.once('j', () =>
        runner.run(newTravel([DONE]).agent, SAYS, { session }),
      );

      expect(messages.map(({ content }) => content)).toEqual([SAYS, 'Done.']);
      expect(await session.getItems()).toHaveLength(5);
    });

    test('says so when its turn is gone before it is given', async () => {
      await using session = openSession(newSetting());
      const outcome = await session.once('j', async () => {
        await runner.run(newTravel([DONE]).agent, SAYS, { session });
        await session.popTurn();
        return 'undone';
      });

      expect(outcome).toEqual({ ...REMOVED, result: 'undone' });
    });

    test('that writes nothing is done again', async () => {
      const setting = newSetting();
      await using session = openSession(setting);
      const results: unknown[] = [];
      for (const result of ['one', 'two']) {
        const outcome = await session.once('j', () => result);
        expect(outcome).toMatchObject(UNFINISHED);
        results.push(outcome.result);
      }

      expect(results).toEqual(['one', 'two']);
      expect(await isGone(setting)).toBe(true);
    });

    test('that only asks is done again', async () => {
      await using session = openSession(newSetting());
      const ask = async (): Promise<void> => session.addItems([user('Hello?')]);
      for (let time = 0; time < 2; time += 1) {
        expect(await session.once('j', ask)).toMatchObject(UNFINISHED);
      }
    });

    test('can be messages of its own, once its function is done', async () => {
      await using session = openSession(newSetting());
      const note = { role: 'assistant', content: 'Noted.' } as const;
      const fail = async (): Promise<void> => {
        await session.addMessage(note);
        throw new Error('failed');
      };
      await expect(session.once('j', fail)).rejects.toThrow('failed');

      const first = await session.once('j', () => session.addMessage(note));

      expect(first).toMatchObject({ answer: 'Noted.', status: 'done' });
      expect(first.messages).toEqual([first.result]);
      expect(await session.once('j', fail)).toEqual({
        ...first,
        result: undefined,
        status: 'repeated',
      });
    });

    test('is its own when the function found its lost write itself', async () => {
      const setting = newSetting();
      const { session, lose } = await openLossySession(setting);
      const { agent } = newTravel([DONE]);
      const outcome = await session.once('j', async () => {
        lose('append', 'answer');
        await expectFailure('outcome_unknown', () => runner.run(agent, SAYS, { session }));
        return 'found';
      });

      expect(outcome).toMatchObject({ answer: 'Done.', result: 'found', status: 'done' });
      expect(await session.once('j', () => 'wrong')).toMatchObject({ answer: 'Done.' });
    });

    test('written by hand ends with its function', async () => {
      const setting = newSetting();
      await using session = openSession(setting);
      const items = (says: string): AgentInputItem[] => [user('So?'), assistant(says)];
      const outcome = await session.once('j', async () => {
        await session.addItems(items('one'));
        await session.addItems(items('two'));
      });

      expect(outcome.answer).toBe('two');
      expect(outcome.messages.map(({ item }) => item)).toEqual([...items('one'), ...items('two')]);
    });

    test('is found when its turn was compacted since', async () => {
      await using session = openSession(newSetting());
      const add = async (): Promise<void> => session.addItems(TURN);
      await session.once('j', add);
      await session.replaceHistoryWithCompaction([
        { type: 'compaction', encrypted_content: 'short' },
      ]);

      const again = await session.once('j', add);

      expect(again).toMatchObject({ answer: 'Done.', status: 'repeated' });
      expect(again.messages.map(({ inHistory }) => inHistory)).toEqual([false, false]);
    });

    test('has no messages once its turn is no longer whole', async () => {
      await using session = openSession(newSetting());
      const exchange = [called(ROME), answered(ROME, 'held')];
      await session.addItems(exchange);
      const add = async (): Promise<void> => session.addItems([...exchange, assistant('Done.')]);
      expect((await session.once('j', add)).messages).toHaveLength(3);
      const replacement = called({ ...ROME, city: 'Roma' });
      const mutation = { type: 'replace_function_call', callId: ROME.callId, replacement };
      await session.applyHistoryMutations({ mutations: [mutation as never] });
      expect(await session.getItems()).toHaveLength(4);

      expect(await session.once('j', add)).toMatchObject(REMOVED);
    });

    test('is not done by what is kept of a run that failed', async () => {
      await using session = openSession(newSetting());
      const model = new ScriptedModel([[functionCall('hold', { city: 'Rome' }, ROME)]]);
      const agent = new Agent({ name: 'T', model, tools: newTravel([]).agent.tools });
      const keeping = tracked(new Runner({ tracingDisabled: true }), { keepFailedRuns: true });
      const swallow = async (): Promise<string> =>
        keeping.run(agent, SAYS, { session }).then(
          () => 'done',
          () => 'failed',
        );
      for (let time = 0; time < 2; time += 1) {
        expect(await session.once('j', swallow)).toMatchObject({ ...UNFINISHED, result: 'failed' });
      }
      expect(await session.getItems()).toHaveLength(3);
    });

    test('is whole when the history is compacted within it', async () => {
      await using session = openSession(newSetting());
      const { messages } = await session.once('j', async () => {
        await session.addItems([user(SAYS), called(ROME), answered(ROME, 'held')]);
        await session.replaceHistoryWithCompaction([
          { type: 'compaction', encrypted_content: 'short' },
        ]);
        await session.addItems([assistant('Done.')]);
      });

      expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    });

    test('is done when its run compacts the history', async () => {
      const setting = newSetting();
      const compaction = { type: 'compaction', encrypted_content: 'short' } as const;
      const model = new ScriptedModel([[compaction, assistantMessage('Done.')]]);
      const agent = new Agent({ name: 'Compacting', model });
      await using session = openSession(setting);
      await session.addItems([user('Before.'), assistant('Yes?')]);
      const attempt = jobOf({ agent, model, deeds: [] }, { jobId: 'j', session, stream: false });

      expect(await attempt(SAYS)).toMatchObject({ answer: 'Done.', status: 'done' });

      expect(await attempt(SAYS)).toMatchObject({ answer: 'Done.', status: 'repeated' });
      expect(await session.getItems()).toMatchObject([compaction, { role: 'assistant' }]);
    });

    test('is no transaction, even of the same id', async () => {
      await using session = openSession(newSetting());
      await session.once('j', () => session.addItems(TURN));
      const transaction = { type: 'append_items', items: [user('And?')] } as const;

      await session.applyHistoryTransaction({
        operationId: 'j',
        transaction: { ...transaction, items: [...transaction.items] },
      });

      expect(await session.getItems()).toHaveLength(3);
      expect(await session.once('j', () => 'wrong')).toMatchObject({ answer: 'Done.' });
    });

    test('counts what both of two attempts have paid', async () => {
      const setting = newSetting();
      await using session = openSession(setting);
      const usage = new Usage({ inputTokens: 10, outputTokens: 5, totalTokens: 15 });
      const work = (says: string, of: JSONSession) => async () => {
        const model = new ScriptedModel([{ output: [assistantMessage(says)], usage }]);
        return runner.run(new Agent({ name: 'Paid', model }), SAYS, { session: of });
      };
      await session.once('j', async () => {
        await using winner = openSession(setting);
        const won = await winner.once('j', work('Done.', winner));
        expect(won).toMatchObject({ answer: 'Done.', status: 'done' });
        return await work('Done again.', session)();
      });

      const metadata = await session.getMetadata();
      expect(metadata.usage).toMatchObject({ requests: 2, totalTokens: 30 });
      expect(await historyOf(setting)).toStrictEqual(TURN);
    });

    test.each(['', 1, undefined])('needs an id, which %j is not', async (jobId) => {
      await using session = openSession(newSetting());
      let isCalled = false;
      const attempt = async (): Promise<unknown> =>
        session.once(jobId as string, () => (isCalled = true));

      await expectFailure('invalid_input', attempt, { field: 'jobId' });

      expect(isCalled).toBe(false);
    });

    test('needs a function', async () => {
      const setting = newSetting();
      await using session = openSession(setting);
      const attempt = async (): Promise<unknown> => session.once('j', 'fn' as never);

      await expectFailure('invalid_input', attempt, { field: 'fn' });

      expect(await isGone(setting)).toBe(true);
    });
  },
);
