/**
 * Runs of the SDK with a session that compacts itself.
 */
import { type Agent, RunContext, Runner, RunState } from '@openai/agents-core';
import { assistantMessage } from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';

import { type CompactingSession, newestItems, tracked } from '../../src/index.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { answered, assistant, called, user } from '../runs/expected-items.ts';
import type { Setting } from '../runs/setting.ts';
import { answer, takeTurn } from '../runs/take-turn.ts';
import { type Call, newTravel } from '../runs/travel-agent.ts';
import { isSdkSince } from '../sdk-versions/sdk-since.ts';
import {
  inputOf,
  newChat,
  newCompactor,
  openCompacting,
  openPlain,
  spent,
  SUMMARY,
  transcriptOf,
} from './chat.ts';

const TELLS_EXCHANGE = isSdkSince('0.19.0');
const ROME: Call = { tool: 'book', city: 'Rome', callId: 'c1' };

async function takeTrackedTurn(
  ...[agent, input, session, { stream }]: [Agent, string, CompactingSession, Setting]
): Promise<void> {
  const runner = tracked(new Runner({ tracingDisabled: true }));
  if (!stream) return void (await runner.run(agent, input, { session }));
  const result = await runner.run(agent, input, { session, stream });
  for await (const event of result) void event;
  await result.completed;
}

describe.each(EVERY_SETTING)('a run with a session that compacts, $title', ({ newSetting }) => {
  test('compacts when there are ten items of others than the user', async () => {
    const setting = newSetting();
    const { compact, seen } = newCompactor();
    const session = openCompacting(setting, { compact, shouldCompact: undefined });
    const texts = Array.from({ length: 11 }, (_, index) => `answer ${index}`);
    const { agent, model } = newChat(...texts);
    const { stream } = setting;

    for (let turn = 0; turn < 9; turn += 1) await takeTurn(agent, `${turn}`, { session, stream });
    expect(seen).toEqual([]);
    await takeTurn(agent, '9', { session, stream });
    expect(await session.getItems()).toEqual([SUMMARY]);
    await takeTurn(agent, '10', { session, stream });

    expect(seen).toHaveLength(1);
    expect(seen[0]).toHaveLength(20);
    expect(inputOf(model, 10)).toEqual([SUMMARY, user('10')]);
    expect(await openPlain(setting).getItems()).toEqual([
      SUMMARY,
      user('10'),
      assistant('answer 10'),
    ]);
  });

  test('keeps the transcript, and says what the model still sees', async () => {
    const setting = newSetting();
    const session = openCompacting(setting, { ...newCompactor() });
    const { agent } = newChat('Hi Ada.', 'Fine.');
    const { stream } = setting;
    await takeTurn(agent, 'I am Ada.', { session, stream });
    await takeTurn(agent, 'How are you?', { session, stream });

    expect(await session.getItems()).toEqual([SUMMARY]);
    expect(await transcriptOf(openPlain(setting))).toEqual([
      ['I am Ada.', false],
      ['Hi Ada.', false],
      ['How are you?', false],
      ['Fine.', false],
    ]);
    const all = await session.getMessages({ includeCompaction: true });
    expect(
      all.map(({ item, inHistory, compaction }) => [item?.type, inHistory, compaction]),
    ).toEqual([
      ['message', false, undefined],
      ['message', false, undefined],
      ['compaction', false, true],
      ['message', false, undefined],
      ['message', false, undefined],
      ['compaction', true, true],
    ]);
  });

  test('writes down once what the run and the compactions took', async () => {
    const setting = newSetting();
    const session = openCompacting(setting, { ...newCompactor() });
    const { agent } = newChat('one', 'two', 'three');
    const { stream } = setting;

    const { state } = await takeTurn(agent, 'a', { session, stream });
    expect((await session.getMetadata()).usage).toEqual(spent(1, 1));
    expect(state.usage).toMatchObject({ requests: 2, inputTokens: 110, totalTokens: 122 });
    expect(state.usage.requestUsageEntries?.map(({ endpoint }) => endpoint)).toEqual([
      undefined,
      'responses.compact',
    ]);

    await takeTurn(agent, 'b', { session, stream });
    await takeTurn(agent, 'c', { session, stream });
    const { usage, totalTokens } = await session.getMetadata();
    expect(usage).toEqual(spent(3, 3));
    expect(totalTokens).toBe(spent(3, 3).totalTokens);
  });

  test('writes it down once when runs share their context, and the last one does not compact', async () => {
    const setting = newSetting();
    let left = 2;
    const session = openCompacting(setting, {
      ...newCompactor(),
      shouldCompact: () => (left -= 1) >= 0,
    });
    const { agent } = newChat('one', 'two', 'three');
    const { stream } = setting;
    await takeTurn(agent, 'a', { session, stream });
    const context = new RunContext();
    const runner = new Runner({ tracingDisabled: true });
    for (const input of ['b', 'c']) await runner.run(agent, input, { session, context });

    expect((await session.getMetadata()).usage).toEqual(spent(3, 2));
    expect(context.usage).toMatchObject({ requests: 3, totalTokens: spent(2, 1).totalTokens });
  });

  test('writes it down once in a run that is tracked, for no agent', async () => {
    const setting = newSetting();
    const session = openCompacting(setting, { ...newCompactor() });
    const { agent } = newChat('one', 'two');
    for (const input of ['a', 'b']) await takeTrackedTurn(agent, input, session, setting);
    const { usage } = await session.getMetadata();
    const { agents: _agents, ...ofAnswers } = spent(2, 0);
    expect(usage).toEqual({ ...spent(2, 2), agents: { Assistant: ofAnswers } });
  });

  test('counts once what was paid for a history that others have changed', async () => {
    const setting = newSetting();
    const compactor = newCompactor();
    const session = openCompacting(setting, compactor);
    compactor.meanwhile = () => openPlain(setting).popItem();
    await takeTrackedTurn(newChat('one').agent, 'a', session, setting);
    expect((await session.getMetadata()).usage).toMatchObject({ requests: 2, totalTokens: 122 });
  });

  test('keeps what others add in the meantime', async () => {
    const setting = newSetting();
    const compactor = newCompactor();
    const session = openCompacting(setting, compactor);
    const other = openPlain(setting);
    compactor.meanwhile = async () => {
      await other.addItems([user('And me?')]);
      await other.addMessage({ role: 'tool', content: 'a note' });
    };
    const { agent } = newChat('Hi.');
    const { stream } = setting;

    await takeTurn(agent, 'Hello', { session, stream });

    expect(await other.getItems()).toEqual([SUMMARY, user('And me?')]);
    expect(await transcriptOf(other)).toEqual([
      ['Hello', false],
      ['Hi.', false],
      ['And me?', true],
      ['a note', false],
    ]);
    expect((await other.getMetadata()).usage).toEqual(spent(1, 1));
  });

  test('leaves the history when others have changed it in the meantime, and pays once', async () => {
    const setting = newSetting();
    const compactor = newCompactor();
    const session = openCompacting(setting, compactor);
    const other = openPlain(setting);
    compactor.meanwhile = () => other.popItem();
    const { agent } = newChat('Hi.');
    const { stream } = setting;

    const { state } = await takeTurn(agent, 'Hello', { session, stream });

    expect(compactor.seen).toHaveLength(1);
    expect(await other.getItems()).toEqual([user('Hello')]);
    expect(state.usage).toMatchObject({ requests: 2, totalTokens: 122 });
    expect((await other.getMetadata()).usage).toEqual(spent(1, 1));
  });

  test('fails with the error of the function, with everything stored', async () => {
    const setting = newSetting();
    const failure = new Error('no luck');
    const compact = async (): Promise<never> => {
      throw failure;
    };
    const session = openCompacting(setting, { compact });
    const { agent } = newChat('Hi.', 'Yes.');
    const { stream } = setting;

    await expect(takeTurn(agent, 'Hello', { session, stream })).rejects.toThrow(failure);

    expect(await session.getItems()).toEqual([user('Hello'), assistant('Hi.')]);
    expect((await session.getMetadata()).usage).toEqual(spent(1, 0));
    const cautious = openCompacting(setting, { compact: () => null });
    expect(await takeTurn(agent, 'Again?', { session: cautious, stream })).toMatchObject({
      output: 'Yes.',
    });
    expect(await session.getItems()).toHaveLength(4);
    expect((await session.getMetadata()).usage).toEqual(spent(2, 0));
  });

  test.each([true, false])(
    'leaves a call that waits for its approval (as text: %s)',
    async (asText) => {
      const setting = newSetting();
      const { compact, seen } = newCompactor();
      const session = openCompacting(setting, { compact });
      const { agent, model, deeds } = newTravel([
        { says: 'Where to?' },
        { says: 'I book it.', calls: [ROME] },
        { says: 'Booked.' },
        { says: 'Yes.' },
      ]);
      const { stream } = setting;
      await takeTurn(agent, 'Hello', { session, stream });
      const { state } = await takeTurn(agent, 'Rome!', { session, stream });
      expect(seen).toEqual([
        [user('Hello'), assistant('Where to?')],
        [SUMMARY, user('Rome!'), assistant('I book it.')],
      ]);
      expect(await session.getItems()).toEqual([SUMMARY, called(ROME)]);

      const revived = asText ? await RunState.fromString(agent, state.toString()) : state;
      answer(revived, { c1: 'approve' });
      const again = asText ? openCompacting(setting, { compact }) : session;
      const { output } = await takeTurn(agent, revived, { session: again, stream });

      expect([output, deeds]).toEqual(['Booked.', ['book Rome']]);
      const pair = [called(ROME), answered(ROME, 'booked Rome')];
      expect(await again.getItems()).toEqual([SUMMARY, ...pair, assistant('Booked.')]);
      await takeTurn(agent, 'Really?', { session: again, stream });
      expect(inputOf(model, 3)).toEqual([SUMMARY, ...pair, assistant('Booked.'), user('Really?')]);
      expect(await again.getItems()).toEqual([SUMMARY]);
      expect((await transcriptOf(again)).map(([text]) => text)).toEqual([
        'Hello',
        'Where to?',
        'Rome!',
        'I book it.',
        'book({"city":"Rome"})',
        'booked Rome',
        'Booked.',
        'Really?',
        'Yes.',
      ]);
    },
  );

  test('does not hand on what the model was not sent, unless told to', async () => {
    const setting = newSetting();
    const { compact, seen } = newCompactor();
    const session = openCompacting(setting, { compact });
    const { agent } = newChat('one', 'two');
    const runner = new Runner({ tracingDisabled: true, sessionInputCallback: newestItems(1) });
    await session.addItems([user('secret'), assistant('noted')]);

    await runner.run(agent, 'a', { session });
    // Older releases of the SDK do not tell what the model was sent.
    expect(seen).toHaveLength(TELLS_EXCHANGE ? 0 : 1);
    expect(await session.getItems()).toHaveLength(TELLS_EXCHANGE ? 4 : 1);

    expect(await session.runCompaction()).not.toBeNull();
    expect(await session.getItems()).toEqual([SUMMARY]);
    await runner.run(agent, 'b', { session });
    expect(seen).toHaveLength(TELLS_EXCHANGE ? 2 : 3);
  });

  test('replaces what the model itself has compacted, and keeps the transcript', async () => {
    const setting = newSetting();
    const { compact, seen } = newCompactor();
    const session = openCompacting(setting, { compact, shouldCompact: () => false });
    const { agent, model } = newChat('one');
    const own = { type: 'compaction', encrypted_content: 'by the model' } as const;
    model.enqueue([own, assistantMessage('two')]);
    const { stream } = setting;
    await takeTurn(agent, 'a', { session, stream });
    await takeTurn(agent, 'b', { session, stream });

    expect(seen).toEqual([]);
    expect(await session.getItems()).toMatchObject([own, assistant('two')]);
    expect(await transcriptOf(session)).toEqual([
      ['a', false],
      ['one', false],
      ['two', true],
    ]);
  });
});
