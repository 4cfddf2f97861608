/**
 * The hook that sees items on every way into the store, at the work it is for: redaction.
 */
import {
  Agent,
  type AgentInputItem,
  OutputGuardrailTripwireTriggered,
  type RunContext,
  Runner,
} from '@openai/agents-core';
import { modelError, ScriptedModel } from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';
import {
  CompactingSession,
  InvalidInputError,
  JSONSession,
  type MessageRole,
  tracked,
} from '../../src/index.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { answered, assistant, called, user } from '../runs/expected-items.ts';
import { historyOf } from '../runs/history.ts';
import { openLossySession } from '../runs/lossy-session.ts';
import { answer, takeTurn, type Turn } from '../runs/take-turn.ts';
import { type Call, newTravel } from '../runs/travel-agent.ts';

const SECRET = 'tomorrow';
const MARK = '[when]';
const SAID = `Now and ${SECRET}`;

function redact(items: readonly AgentInputItem[]): AgentInputItem[] {
  return JSON.parse(JSON.stringify(items).replaceAll(SECRET, MARK)) as AgentInputItem[];
}

class DiscreetSession extends JSONSession {
  readonly contexts: (RunContext | undefined)[] = [];
  prepare: (items: readonly AgentInputItem[]) => unknown = redact;

  protected override prepareItems(
    items: readonly AgentInputItem[],
    runContext?: RunContext,
  ): AgentInputItem[] {
    this.contexts.push(runContext);
    return this.prepare(items) as AgentInputItem[];
  }
}

class DiscreetCompactingSession extends CompactingSession {
  protected override prepareItems(items: readonly AgentInputItem[]): AgentInputItem[] {
    return redact(items);
  }
}

const CALL: Call = { tool: 'hold', city: 'Oslo', callId: 'c1' };
const ROLES: readonly MessageRole[] = ['user', 'assistant', 'system', 'tool'];

const HISTORY = [called(CALL), answered(CALL, 'held'), user(`What of ${SECRET}`)];

/** Every way into a session that holds that history, with something that is to be redacted. */
const WAYS: Readonly<Record<string, (session: JSONSession) => Promise<unknown>>> = {
  addItems: (session) => session.addItems([user(SAID)]),
  'a transaction that appends': (session) =>
    session.applyHistoryTransaction({
      operationId: 'append',
      transaction: { type: 'append_items', items: [user(SAID)] },
    }),
  'a transaction that replaces': async (session) => {
    const expectedSuffix = HISTORY.slice(-1);
    const replacement = [user(SAID)];
    const transaction = { type: 'replace_suffix' as const, expectedSuffix, replacement };
    await session.applyHistoryTransaction({ operationId: 'replace', transaction });
  },
  'a mutation': async (session) => {
    const replacement = { ...called(CALL), arguments: `{"city":"${SAID}"}` };
    const mutation = { type: 'replace_function_call', callId: 'c1', replacement } as never;
    await session.applyHistoryMutations({ mutations: [mutation] });
  },
  'a compaction by the SDK': (session) => session.replaceHistoryWithCompaction([assistant(SAID)]),
  ...Object.fromEntries(
    ROLES.map((role) => [
      `addMessage of the role ${role}`,
      async (session: JSONSession) => session.addMessage({ role, content: SAID }),
    ]),
  ),
};

/** Ways on which the failure of a run hides that nothing could be stored. */
const HIDDEN_WAYS: typeof WAYS = {
  'a run that failed and is kept': async (session) => {
    const model = new ScriptedModel([modelError(new Error('The model is down'))]);
    const runner = tracked(new Runner({ tracingDisabled: true }), { keepFailedRuns: true });
    const failing = runner.run(new Agent({ name: 'A', model }), SAID, { session });
    await expect(failing).rejects.toThrow('The model is down');
  },
};
const ALL_WAYS = Object.entries({ ...WAYS, ...HIDDEN_WAYS });

describe.each(SHARED_STORES)('what is to be redacted, in %s', (_name, newUrl) => {
  const place = (): { url: string; keyPrefix: string; sessionId: string; ttl: number } => ({
    url: newUrl(),
    keyPrefix: ownPrefix(),
    sessionId: 's',
    ttl: 600,
  });

  /** Everything that is stored, as someone sees it who redacts nothing. */
  async function stored(options: ReturnType<typeof place>): Promise<string> {
    await using session = new JSONSession(options);
    return JSON.stringify(await session.getMessages({ includeCompaction: true }));
  }

  test.each(ALL_WAYS)('is not stored by %s', async (_way, write) => {
    const options = place();
    await using session = new DiscreetSession(options);
    await session.addItems(HISTORY);
    await write(session);
    expect(await stored(options)).toContain(`Now and ${MARK}`);
    expect(await stored(options)).not.toContain(SECRET);
  });

  test.each(ALL_WAYS)('would be stored by %s without the hook', async (_way, write) => {
    const options = place();
    await using session = new JSONSession(options);
    await session.addItems(HISTORY);
    expect(await stored(options)).not.toContain(SAID);
    await write(session);
    expect(await stored(options)).toContain(SAID);
  });

  test('is not in the message that addMessage gives', async () => {
    await using session = new DiscreetSession(place());
    const message = await session.addMessage({ role: 'user', content: SAID });
    expect(message).toMatchObject({ content: `Now and ${MARK}`, item: user(`Now and ${MARK}`) });
  });

  test('is not stored by a session that compacts itself', async () => {
    const options = place();
    const compact = async (): Promise<AgentInputItem[]> => [assistant(SAID)];
    await using session = new DiscreetCompactingSession({ ...options, compact });
    await session.addItems([user(SAID), assistant('Noted')]);
    await session.runCompaction({ force: true });
    expect(await session.getItems()).toEqual([assistant(`Now and ${MARK}`)]);
    expect(await stored(options)).not.toContain(SECRET);
  });

  test('is told by the context of the run that it comes from', async () => {
    await using session = new DiscreetSession(place());
    const { agent } = newTravel([{ says: 'Bye.' }]);
    const context = { tenant: 'acme' };
    await new Runner({ tracingDisabled: true }).run(agent, 'Hi', { session, context });
    expect(session.contexts.map((known) => known?.context)).toContain(context);
  });

  test.each([
    ['fewer', () => []],
    ['a promise of them', async (items: readonly AgentInputItem[]) => [...items]],
  ])('is lost with the write when %s come back', async (_what, prepare) => {
    const options = place();
    await using session = new DiscreetSession(options);
    await session.addItems(HISTORY);
    const before = await stored(options);
    session.prepare = prepare;
    for (const write of Object.values(WAYS)) {
      await expectFailure('invalid_input', () => write(session), { field: 'prepareItems' });
    }
    for (const write of Object.values(HIDDEN_WAYS)) await write(session);
    const transaction = { type: 'append_items' as const, items: [user('Hi')] };
    const compare = (): unknown =>
      session.prepareHistoryItemsForPersistenceComparison(transaction.items);
    expect(compare).toThrow(InvalidInputError);
    expect(await stored(options)).toBe(before);
  });
});

describe.each(EVERY_SETTING)('a run with redaction, $title', ({ newSetting }) => {
  const ASKS: Call = { tool: 'book', city: `Oslo ${SECRET}`, callId: 'c1' };
  const ASKED: Call = { ...ASKS, city: `Oslo ${MARK}` };
  const SAYS = `Off I go ${SECRET}.`;
  const EXCHANGE = [
    user(`Off I go ${MARK}.`),
    called(ASKED),
    answered(ASKED, `booked Oslo ${MARK}`),
    assistant(`Done, ${MARK}.`),
  ];
  const SCRIPT = [{ calls: [ASKS] }, { says: `Done, ${SECRET}.` }];

  test('stores what is redacted, and acts on what is not', async () => {
    const setting = newSetting();
    const { agent, deeds } = newTravel([
      { calls: [{ ...ASKS, tool: 'hold' }] },
      { says: `Done, ${SECRET}.` },
    ]);
    await using session = new DiscreetSession(setting);
    const { stream } = setting;
    const { output } = await takeTurn(agent, SAYS, { session, stream });
    expect(output).toBe(`Done, ${SECRET}.`);
    expect(deeds).toEqual([`hold Oslo ${SECRET}`]);
    const held: Call = { ...ASKED, tool: 'hold' };
    const [question, , , last] = EXCHANGE;
    const call = [called(held), answered(held, `held Oslo ${MARK}`)];
    expect(await historyOf(setting)).toStrictEqual([question, ...call, last]);
  });

  test.each(['answer', 'request'] as const)(
    'goes on when the %s of a write was lost',
    async (loss) => {
      const setting = newSetting();
      const { stream } = setting;
      const { agent, deeds } = newTravel(SCRIPT);
      const { session, lose } = await openLossySession(setting, DiscreetSession);
      const { state } = await takeTurn(agent, SAYS, { session, stream });
      answer(state, { c1: 'approve' });
      const resume = async (): Promise<Turn> => takeTurn(agent, state, { session, stream });
      lose('append', loss);
      await expectFailure('outcome_unknown', resume);

      expect(await resume()).toMatchObject({ output: `Done, ${SECRET}.` });

      expect(await historyOf(setting)).toStrictEqual(EXCHANGE);
      expect(deeds).toEqual([`book Oslo ${SECRET}`]);
    },
  );

  test('becomes whole when its output was blocked and is accepted later', async () => {
    const setting = newSetting();
    const { stream } = setting;
    const guardrail = { blocks: true };
    const holds: Call = { ...ASKS, tool: 'hold' };
    const { agent } = newTravel([{ calls: [holds] }, { says: `Done, ${SECRET}.` }], guardrail);
    await using session = new DiscreetSession(setting);
    const error: unknown = await takeTurn(agent, SAYS, { session, stream }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(OutputGuardrailTripwireTriggered);
    guardrail.blocks = false;
    const { state } = error as { state: Turn['state'] };

    await takeTurn(agent, state, { session, stream });

    const history = await historyOf(setting);
    expect(history).toHaveLength(4);
    expect(JSON.stringify(history)).not.toContain(SECRET);
  });
});
