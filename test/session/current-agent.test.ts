/**
 * Which agent is to answer next, from the name that the session has recorded.
 */
import { Agent } from '@openai/agents-core';
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { JSONSession, type NamedAgent, run } from '../../src/index.ts';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';

const triage = new Agent({ name: 'Triage' });
const billing = new Agent({ name: 'Billing' });
const AGENTS = [triage, billing];

describe.each(SHARED_STORES)('the current agent, in %s', (_name, newUrl) => {
  function newSession(): JSONSession {
    return new JSONSession({ url: newUrl(), keyPrefix: ownPrefix(), sessionId: 's', ttl: 600 });
  }

  test('is the very object of the name that was recorded last', async () => {
    await using session = newSession();
    await session.trackAgent('Triage');
    await session.trackAgent('Billing');
    expect(await session.currentAgent(AGENTS)).toBe(billing);
    expect(await session.currentAgent(AGENTS, triage)).toBe(billing);
    await session.trackAgent('Triage');
    expect(await session.currentAgent(new Set(AGENTS), billing)).toBe(triage);
  });

  test('is the one that a run was handed off to', async () => {
    const model = new ScriptedModel([
      [functionCall('transfer_to_Specialist', {}, { callId: 'c1' })],
      [assistantMessage('Which invoice?')],
    ]);
    const specialist = new Agent({ name: 'Specialist', model });
    const first = new Agent({ name: 'First', model, handoffs: [specialist] });
    await using session = newSession();
    await run(first, 'My invoice is wrong.', { session });

    expect(await session.currentAgent([first, specialist], first)).toBe(specialist);
  });

  test.each([undefined, 'Refunds'])('is the fallback where %s is recorded', async (recorded) => {
    await using session = newSession();
    await session.create();
    if (recorded !== undefined) await session.trackAgent(recorded);
    expect(await session.currentAgent([...AGENTS, { name: '' }])).toBeUndefined();
    expect(await session.currentAgent(AGENTS, triage)).toBe(triage);
    expect(await session.currentAgent([], null)).toBeNull();
  });

  test('is the fallback before there is a session, which is not created', async () => {
    await using session = newSession();
    expect(await session.currentAgent(AGENTS)).toBeUndefined();
    expect(await session.currentAgent(AGENTS, triage)).toBe(triage);
    await expectFailure('session_not_found', () => session.getMetadata());
  });

  test('of another user is not told', async () => {
    const options = { url: newUrl(), keyPrefix: ownPrefix(), sessionId: 's', ttl: 600 };
    await using session = new JSONSession({ ...options, userId: 'user-1' });
    await session.trackAgent('Billing');
    await using stranger = new JSONSession({ ...options, userId: 'user-2' });
    await expectFailure('session_not_found', () => stranger.currentAgent(AGENTS, triage));
    expect(await session.currentAgent(AGENTS, triage)).toBe(billing);
  });

  test('has a name of its own, whatever is recorded', async () => {
    await using session = newSession();
    const twins = [...AGENTS, new Agent({ name: 'Billing' })];
    const choose = async (): Promise<unknown> => session.currentAgent(twins, triage);
    await expectFailure('invalid_input', choose, { field: 'agents' });
    await session.trackAgent('Triage');
    await expectFailure('invalid_input', choose, { field: 'agents' });
    expect(await session.currentAgent([...AGENTS, triage])).toBe(triage);
  });

  test.each([undefined, null, 1, {}, triage, 'Triage', [undefined], [{}], [{ name: 1 }]])(
    'is one of agents, which %j are not',
    async (agents) => {
      await using session = newSession();
      const choose = async (): Promise<unknown> =>
        session.currentAgent(agents as Iterable<NamedAgent>);
      await expectFailure('invalid_input', choose, { field: 'agents' });
      expect(await session.currentAgent(AGENTS)).toBeUndefined();
    },
  );

  test('has the type of the agents that were given', async () => {
    await using session = newSession();
    const one = { name: 'Triage', level: 1 };
    expectTypeOf(await session.currentAgent([one])).toEqualTypeOf<typeof one | undefined>();
    expectTypeOf(await session.currentAgent([one], one)).toEqualTypeOf<typeof one>();
    expectTypeOf(await session.currentAgent([one], null)).toEqualTypeOf<typeof one | null>();
    expectTypeOf(await session.currentAgent(AGENTS, triage)).toEqualTypeOf<Agent>();
    await session.trackAgent('Triage');
    expect((await session.currentAgent([one], one)).level).toBe(1);
  });
});
