/**
 * The SDK's own compaction session around a JSONSession: it works, and what it cannot pass on is lost.
 */
import {
  isRunContextAwareSession,
  isSessionHistoryRewriteAwareSession,
  isSessionHistoryTransactionAwareSession,
  OpenAIResponsesCompactionSession,
  OutputGuardrailTripwireTriggered,
} from '@openai/agents';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import type { JSONSession } from '../../src/index.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { assistant, user } from '../runs/expected-items.ts';
import type { Setting } from '../runs/setting.ts';
import { takeTurn } from '../runs/take-turn.ts';
import { newTravel } from '../runs/travel-agent.ts';
import { newChat, openPlain, spent, transcriptOf } from './chat.ts';
import { type CompactEndpoint, startCompactEndpoint } from './compact-endpoint.ts';

interface Wrapped extends CompactEndpoint {
  readonly session: JSONSession;
  /** As runs take it. */
  readonly wrapped: JSONSession;
}

async function wrap(setting: Setting): Promise<Wrapped> {
  const endpoint = await startCompactEndpoint();
  const client = new OpenAI({ apiKey: 'no-key', baseURL: endpoint.baseURL, maxRetries: 0 });
  const session = openPlain(setting);
  const wrapped = new OpenAIResponsesCompactionSession({
    client,
    model: 'gpt-5.2',
    underlyingSession: session,
    compactionMode: 'input',
    shouldTriggerCompaction: ({ sessionItems }) => sessionItems.length === 2,
  });
  return Object.assign(endpoint, { session, wrapped: wrapped as unknown as JSONSession });
}

describe.each(EVERY_SETTING)('wrapped by the SDK, $title', ({ newSetting }) => {
  test('a session is compacted', async () => {
    const setting = newSetting();
    const { session, wrapped, received } = await wrap(setting);
    const { agent } = newChat('Hi.', 'Fine.');
    const { stream } = setting;

    await takeTurn(agent, 'Hello', { session: wrapped, stream });
    expect(received.map(({ path }) => path)).toEqual(['/responses/compact']);
    expect(await session.getItems()).toMatchObject([
      { role: 'user', content: [{ text: 'Hello' }] },
      { type: 'compaction', encrypted_content: 'of 2 items' },
    ]);

    await takeTurn(agent, 'How are you?', { session: wrapped, stream });
    expect((await session.getItems()).slice(2)).toEqual([user('How are you?'), assistant('Fine.')]);
  });

  test('its transcript is lost: the history is cleared and written anew', async () => {
    const setting = newSetting();
    const { session, wrapped } = await wrap(setting);
    await takeTurn(newChat('Hi.').agent, 'Hello', { session: wrapped, stream: setting.stream });
    expect((await transcriptOf(session)).map(([text]) => text)).toEqual(['Hello', '']);
    expect(await session.getMessages({ includeCompaction: true })).toHaveLength(2);
  });

  test('its usage is not recorded: no run context reaches it', async () => {
    const setting = newSetting();
    const { session, wrapped } = await wrap(setting);
    expect(isRunContextAwareSession(wrapped)).toBe(false);
    await takeTurn(newChat('Hi.').agent, 'Hello', { session: wrapped, stream: setting.stream });
    expect((await session.getMetadata()).usage).toEqual(spent(0, 0));
  });

  test('what others add during the compaction is lost', async () => {
    const setting = newSetting();
    const { session, wrapped } = await wrap(setting);
    const other = openPlain(setting);
    const clear = session.clearSession.bind(session);
    // The last moment that others have before the history is cleared.
    session.clearSession = async () => {
      await other.addItems([user('And me?')]);
      await clear();
    };
    await takeTurn(newChat('Hi.').agent, 'Hello', { session: wrapped, stream: setting.stream });
    expect(await other.getItems()).toHaveLength(2);
    expect((await transcriptOf(other)).map(([text]) => text)).not.toContain('And me?');
  });

  test('what tools did is lost when an output guardrail blocks the answer', async () => {
    const setting = newSetting();
    const { session, wrapped } = await wrap(setting);
    expect(isSessionHistoryTransactionAwareSession(wrapped)).toBe(false);
    expect(isSessionHistoryRewriteAwareSession(wrapped)).toBe(false);
    const { agent, deeds } = newTravel(
      [
        { says: 'I hold it.', calls: [{ tool: 'hold', city: 'Rome', callId: 'c1' }] },
        { says: 'I promise.' },
      ],
      { blocks: true },
    );
    const run = takeTurn(agent, 'Off I go.', { session: wrapped, stream: setting.stream });
    await expect(run).rejects.toBeInstanceOf(OutputGuardrailTripwireTriggered);
    expect(deeds).toEqual(['hold Rome']);
    expect(await session.getItems()).toEqual([user('Off I go.')]);
  });

  test('a compaction item of the model clears the transcript, too', async () => {
    const setting = newSetting();
    const { session, wrapped } = await wrap(setting);
    expect('replaceHistoryWithCompaction' in wrapped).toBe(false);
    const { agent, model } = newChat();
    model.enqueue([{ type: 'compaction', encrypted_content: 'own' } as never, assistant('Hi.')]);
    await takeTurn(agent, 'Hello', { session: wrapped, stream: setting.stream });
    expect((await session.getMessages()).map(({ content }) => content)).not.toContain('Hello');
  });
});
