/**
 * Runs of the SDK that have their session to themselves.
 */
import { Agent, Runner } from '@openai/agents-core';
import {
  assistantMessage,
  functionCall,
  modelResponder,
  ScriptedModel,
} from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';
import {
  CompactingSession,
  JSONSession,
  LeaseLostError,
  type SessionStore,
  tracked,
} from '../../src/index.ts';
import { acquireStore } from '../../src/open-store.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { answered, assistant, called, user } from '../runs/expected-items.ts';
import { historyOf } from '../runs/history.ts';
import { jobOf } from '../runs/job.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { takeTurn } from '../runs/take-turn.ts';
import { type Call, newTravel } from '../runs/travel-agent.ts';

const ROME: Call = { tool: 'hold', city: 'Rome', callId: 'c1' };
const SAYS = 'Off I go.';
const DONE = { says: 'Done.' };
const TURN = [user(SAYS), assistant('Done.')];

/** A write of somebody who does not have the lock. */
async function intrude({ url, keyPrefix, sessionId }: Setting): Promise<void> {
  // A handle on the store itself is of another place: the lock of the function does not cover it.
  await withStore(url, async (store) => {
    await new JSONSession({ store, keyPrefix, sessionId }).addItems([user('Me, too!')]);
  });
}

/** Takes the lock away, as if its lease had ended. */
async function steal({ url, keyPrefix, sessionId }: Setting): Promise<void> {
  const address = { key: keyPrefix + sessionId, sessionId };
  await withStore(url, async (store) => {
    const snapshot = await store.read({ ...address, entries: { kind: 'none' } });
    const lockToken = snapshot?.head.state?.lock?.token ?? '';
    const anybody = { incarnation: null, userId: null };
    await store.unlock({ ...address, expect: anybody, ttl: null, lockToken });
  });
}

async function withStore(url: string, use: (store: SessionStore) => Promise<void>): Promise<void> {
  const share = await acquireStore(url, 0);
  try {
    await use(share.store);
  } finally {
    share.release();
  }
}

describe.each(EVERY_SETTING)('with the session to itself, $title,', ({ newSetting }) => {
  test('a run keeps others out from its first question to its last word', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const { tools } = newTravel([]).agent;
    const finish = modelResponder(async () => {
      await expectFailure('session_locked', () => intrude(setting));
      return [assistantMessage('Done.')];
    });
    const hold = functionCall('hold', { city: 'Rome' }, ROME);
    const model = new ScriptedModel([[hold], finish]);
    const agent = new Agent({ name: 'Travel', model, tools });

    await session.exclusive(() => takeTurn(agent, SAYS, { session, stream }), { wait: 0 });
    await intrude(setting);

    const turn = [user(SAYS), called(ROME), answered(ROME, 'held Rome'), assistant('Done.')];
    expect(await historyOf(setting)).toStrictEqual([...turn, user('Me, too!')]);
  });

  test('a tracked run records all that it does', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const runner = tracked(new Runner({ tracingDisabled: true }), { keepFailedRuns: true });
    const { agent } = newTravel([{ calls: [ROME] }, DONE]);
    const fails = newTravel([{ calls: [ROME] }]).agent;
    const take = async (one: Agent): Promise<unknown> => {
      if (!stream) return runner.run(one, SAYS, { session });
      // Not waited for: the session is not given back before the stream is done.
      return runner.run(one, SAYS, { session, stream: true });
    };

    await expect(session.exclusive(() => take(fails))).rejects.toThrow('ScriptedModel');
    const kept = await session.getMessages();
    await session.exclusive(() => take(agent), { wait: 0 });

    // The question of a streamed run is stored by the SDK, and not marked.
    expect(kept.map(({ failed }) => failed ?? stream)).toEqual([true, true, true]);
    const { currentAgent, messageCount } = await session.getMetadata();
    expect(currentAgent).toBe('Travel');
    expect(messageCount).toBe(kept.length + 3);
    await intrude(setting);
  });

  test('a job is paid for once, however often it is delivered at the same time', async () => {
    const setting = newSetting();
    const travels = [newTravel([DONE]), newTravel([DONE]), newTravel([DONE])];

    const outcomes = await Promise.all(
      travels.map(async (travel) => {
        await using session = openSession(setting);
        const attempt = jobOf(travel, { jobId: 'j', session, stream: setting.stream });
        return await session.exclusive(() => attempt(SAYS));
      }),
    );

    const statuses = outcomes.map(({ status }) => status).toSorted();
    expect(statuses).toEqual(['done', 'repeated', 'repeated']);
    expect(outcomes.map(({ answer }) => answer)).toEqual(['Done.', 'Done.', 'Done.']);
    const paid = travels.map(({ model }) => model.calls.length);
    expect(paid.reduce((sum, calls) => sum + calls, 0)).toBe(1);
    expect(await historyOf(setting)).toStrictEqual(TURN);
  });

  test('a session compacts itself', async () => {
    const { url, keyPrefix, sessionId, ttl, stream } = newSetting();
    await using session = new CompactingSession({
      url,
      keyPrefix,
      sessionId,
      ttl,
      compact: () => [user('All that was said.')],
      shouldCompact: () => true,
    });
    const { agent } = newTravel([DONE]);

    await session.exclusive(() => takeTurn(agent, SAYS, { session, stream }));

    expect(await session.getItems()).toStrictEqual([user('All that was said.')]);
    expect(await session.getMessages()).toHaveLength(2);
  });

  test('a run whose lock is lost stores nothing, and can be told to end', async () => {
    const setting = newSetting();
    const { stream } = setting;
    await using session = openSession(setting);
    const finish = modelResponder(async () => {
      await steal(setting);
      return [assistantMessage('Done.')];
    });
    const agent = new Agent({ name: 'Travel', model: new ScriptedModel([finish]) });
    let told: AbortSignal | undefined;

    const losing = session.exclusive(({ signal }) => {
      told = signal;
      return takeTurn(agent, SAYS, { session, stream });
    });

    await expect(losing).rejects.toBeInstanceOf(LeaseLostError);
    expect(told?.reason).toBeInstanceOf(LeaseLostError);
    expect(await session.getItems()).toEqual([]);
  });
});
