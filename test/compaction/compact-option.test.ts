/**
 * The function that compacts: what it may give, and the options of the session around it.
 */
import { type AgentInputItem, RunContext } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';

import { CompactingSession, JSONSession } from '../../src/index.ts';
import type { CompactFunction, CompactingSessionOptions } from '../../src/index.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { assistant, user } from '../runs/expected-items.ts';
import { COMPACTION_USAGE, newCompactor, openCompacting, STORES, transcriptOf } from './chat.ts';

const [ONE, TWO] = [user('one'), assistant('two')];
const FORCED = { force: true };

describe.each(STORES)('what a function gives in $store', ({ newSetting }) => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'compact'],
    ['a text', 'a summary', 'compact'],
    ['no items', { usage: COMPACTION_USAGE }, 'compact'],
    ['what JSON cannot hold', [{ ...ONE, providerData: { big: 1n } }], 'items[0]'],
    ['a hole', [ONE, undefined], 'items[1]'],
    ['a summary without content', [ONE, { type: 'compaction' }], 'items[1].encrypted_content'],
  ])('must not be %s', async (_, given, field) => {
    const session = openCompacting(newSetting(), { compact: () => given as never });
    await session.addItems([ONE, TWO]);
    const error = await expectFailure('invalid_input', () => session.runCompaction());
    expect(error).toMatchObject({ field: expect.stringContaining(field) });
    expect(await session.getItems()).toEqual([ONE, TWO]);
    expect(await transcriptOf(session)).toEqual([
      ['one', true],
      ['two', true],
    ]);
  });

  test('goes through prepareItems, which may not lose any', async () => {
    let lost = 0;
    class Discreet extends CompactingSession {
      protected override prepareItems(items: readonly AgentInputItem[]): AgentInputItem[] {
        const text = JSON.stringify(items).replaceAll('secret', '***');
        return (JSON.parse(text) as AgentInputItem[]).slice(lost);
      }
    }
    const { url, keyPrefix } = newSetting();
    const compact: CompactFunction = () => ({ items: [user('a secret')], usage: COMPACTION_USAGE });
    await using session = await Discreet.open({ url, keyPrefix, ttl: 600, compact });
    await session.addItems([user('my secret'), TWO]);
    const { ownership } = await session.getItemsWithCompactionOwnership();
    const exchange = { items: [user('my secret'), TWO] };
    expect(await session.runCompaction(FORCED, undefined, ownership, exchange)).not.toBeNull();
    expect(await session.getItems()).toEqual([user('a ***')]);
    lost = 1;
    const context = new RunContext();
    await expectFailure('invalid_input', () => session.runCompaction(FORCED, context));
    expect(await session.getItems()).toEqual([user('a ***')]);
    expect(context.usage.totalTokens).toBe(107);
  });
});

describe('options', () => {
  const url = 'sqlite::memory:';

  test.each<[string, object]>([
    ['compact', {}],
    ['compact', { compact: 'yes' }],
    ['shouldCompact', { compact: () => [], shouldCompact: true }],
    ['ttl', { compact: () => [], ttl: 0 }],
  ])('a wrong %s is named', async (field, options) => {
    const make = async (): Promise<unknown> =>
      new CompactingSession({ url, ...options } as CompactingSessionOptions);
    expect(await expectFailure('invalid_input', make)).toMatchObject({ field });
  });

  test('create, open and load give a session that compacts, and take its options', async () => {
    const { compact } = newCompactor();
    const sessionId = 's';
    const created: CompactingSession = await CompactingSession.create({ url, sessionId, compact });
    const opened: CompactingSession = await CompactingSession.open({ url, sessionId, compact });
    const loaded: CompactingSession = await CompactingSession.load(sessionId, {
      url,
      compact: (items) => items.slice(1),
    });
    await created.addItems([ONE, TWO]);
    expect(await loaded.runCompaction(FORCED)).not.toBeNull();
    expect(await opened.getItems()).toEqual([TWO]);
    await opened.delete();
    await Promise.all([created, opened, loaded].map((session) => session.close()));
  });

  test('the compiler knows which options a class needs', () => {
    class Own extends JSONSession {}
    const calls: (() => Promise<unknown>)[] = [
      // @ts-expect-error -- compact is missing
      () => CompactingSession.open(),
      // @ts-expect-error -- compact is missing
      () => CompactingSession.create({ sessionId: 's' }),
      // @ts-expect-error -- compact is missing
      () => CompactingSession.load('s'),
      // @ts-expect-error -- the id is an argument of its own
      () => JSONSession.load('s', { sessionId: 's' }),
      // @ts-expect-error -- there is no such option
      () => Own.open({ sesionId: 's' }),
      async (): Promise<Own> => (await Own.load('s')) satisfies Own,
      async (): Promise<Own> => (await Own.open()) satisfies Own,
    ];
    expect(calls).toHaveLength(7);
  });
});
