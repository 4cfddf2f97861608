/**
 * A chat that is compacted, and what can be seen of it.
 *
 * @module
 */
import { Agent, type AgentInputItem, Usage } from '@openai/agents-core';
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing';
import { onTestFinished } from 'vitest';

import {
  type CompactFunction,
  CompactingSession,
  type CompactingSessionOptions,
  JSONSession,
  type SessionUsage,
} from '../../src/index.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import type { Setting } from '../runs/setting.ts';

/** Each kind of store that processes share, with what gives a session in it. */
export const STORES: readonly { store: string; newSetting: () => Setting }[] = SHARED_STORES.map(
  ([store, newUrl]) => ({
    store,
    newSetting: (): Setting => ({
      url: newUrl(),
      keyPrefix: ownPrefix(),
      sessionId: 's',
      ttl: 600,
      stream: false,
    }),
  }),
);

/** What is left of a history. */
export const SUMMARY: AgentInputItem = { type: 'compaction', encrypted_content: 'all of it' };

/** What a compaction took. */
export const COMPACTION_USAGE = {
  inputTokens: 100,
  outputTokens: 7,
  totalTokens: 107,
  inputTokensDetails: { cached_tokens: 40 },
  outputTokensDetails: { reasoning_tokens: 3 },
  endpoint: 'responses.compact',
};

/** What one answer of the model took. */
const ANSWER_USAGE = { requests: 1, inputTokens: 10, outputTokens: 5, totalTokens: 15 };

/**
 * Compacts to the summary and keeps what it was given.
 */
export interface Compactor {
  readonly compact: CompactFunction;
  /** The histories, in the order of the calls. */
  readonly seen: AgentInputItem[][];
  /** Called before a history is answered. */
  meanwhile: () => unknown;
}

/**
 * Makes one.
 *
 * @param result - What takes the place of a history.
 */
export function newCompactor(result: AgentInputItem[] = [SUMMARY]): Compactor {
  const seen: AgentInputItem[][] = [];
  const compactor: Compactor = {
    seen,
    meanwhile: () => {},
    compact: async (items) => {
      seen.push(items);
      await compactor.meanwhile();
      return { items: result, usage: COMPACTION_USAGE };
    },
  };
  return compactor;
}

/**
 * Opens the session so that it compacts; by default whenever it is asked.
 */
export function openCompacting(
  { url, keyPrefix, sessionId, ttl }: Setting,
  options: Pick<CompactingSessionOptions, 'compact'> & Partial<CompactingSessionOptions>,
): CompactingSession {
  const shouldCompact = (): boolean => true;
  const session = new CompactingSession({
    url,
    keyPrefix,
    sessionId,
    ttl,
    shouldCompact,
    ...options,
  });
  onTestFinished(() => session.close());
  return session;
}

/**
 * Opens the session as a process has it that does not compact.
 */
export function openPlain({ url, keyPrefix, sessionId, ttl }: Setting): JSONSession {
  const session = new JSONSession({ url, keyPrefix, sessionId, ttl });
  onTestFinished(() => session.close());
  return session;
}

/**
 * Makes an agent that gives these answers, one for each turn.
 */
export function newChat(...answers: string[]): { agent: Agent; model: ScriptedModel } {
  const model = new ScriptedModel(
    answers.map((text, index) => ({
      output: [assistantMessage(text)],
      usage: new Usage(ANSWER_USAGE),
      responseId: `resp_${index + 1}`,
    })),
  );
  return { agent: new Agent({ name: 'Assistant', model }), model };
}

/**
 * Gives what this number of answers and of compactions took.
 */
export function spent(answers: number, compactions: number): SessionUsage {
  return {
    requests: answers + compactions,
    inputTokens: 10 * answers + 100 * compactions,
    outputTokens: 5 * answers + 7 * compactions,
    totalTokens: 15 * answers + 107 * compactions,
    cachedTokens: 40 * compactions,
    reasoningTokens: 3 * compactions,
    agents: {},
  };
}

/**
 * Gives the items that a model was sent.
 */
export function inputOf(model: ScriptedModel, call: number): readonly AgentInputItem[] {
  return model.calls[call]?.request.input as readonly AgentInputItem[];
}

/**
 * Gives the whole transcript: texts, and whether the model still sees them.
 */
export async function transcriptOf(session: JSONSession): Promise<[string, boolean][]> {
  return (await session.getMessages()).map(({ content, inHistory }) => [content, inHistory]);
}
