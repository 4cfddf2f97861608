/**
 * What counts as the turn of a job, and what becomes of it, within one process.
 */
import { Agent, type AgentInputItem, Runner, Usage } from '@openai/agents-core';
import {
  assistantMessage,
  functionCall,
  ScriptedModel,
  type ScriptedModelResponse,
} from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';
import { type JobOutcome, type JSONSession, tracked } from '../../src/index.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { answered, assistant, called, user } from '../runs/expected-items.ts';
import { historyOf, isGone } from '../runs/history.ts';
import { jobOf } from '../runs/job.ts';
import { openLossySession } from '../runs/lossy-session.ts';
import { openSession } from '../runs/setting.ts';
import { answer, takeTurn } from '../runs/take-turn.ts';
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
