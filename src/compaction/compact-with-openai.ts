/**
 * Compaction by OpenAI.
 *
 * @module
 */
import { MemorySession } from '@openai/agents-core';

import { InvalidInputError } from '../errors.ts';
import { checkArguments, checkName } from '../session/input-validation.ts';
import type { CompactFunction } from './compact-function.ts';

/**
 * A client of the package `openai`, as far as it is used.
 */
export interface OpenAICompactionClient {
  /** The endpoint of responses. */
  readonly responses: OpenAIResponsesEndpoint;
}

/**
 * The endpoint of responses, as far as it is used.
 */
export interface OpenAIResponsesEndpoint {
  /** Compacts a history. */
  compact(...args: never[]): unknown;
}

/**
 * Options of {@link compactWithOpenAI}.
 */
export interface CompactWithOpenAIOptions {
  /**
   * The client to send the history with.
   *
   * @defaultValue the SDK's default client, else a new one, with the key in `OPENAI_API_KEY`
   */
  client?: OpenAICompactionClient | undefined;
  /**
   * The model that compacts.
   *
   * @defaultValue the SDK's default model
   */
  model?: string | undefined;
}

/**
 * Makes a function for `CompactingSession` that has OpenAI compact the history (`responses.compact`):
 * the SDK's `OpenAIResponsesCompactionSession` does it, over a copy. What comes back holds a compaction
 * item, whose content OpenAI's models alone can read. It needs the package `@openai/agents`, which is
 * loaded when it is first used.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong; the function throws
 * what the client throws.
 *
 * @example
 * ```ts
 * import { CompactingSession, compactWithOpenAI } from 'agents-json-session';
 *
 * const compact = compactWithOpenAI({ model: 'gpt-5.2' });
 * const session = await CompactingSession.open({ sessionId: 'chat-1', compact });
 * await session.runCompaction({ force: true });
 * ```
 */
export function compactWithOpenAI(options: CompactWithOpenAIOptions = {}): CompactFunction {
  const { client, model } = checkArguments(options, 'options');
  if (client !== undefined && typeof client?.responses?.compact !== 'function') {
    throw new InvalidInputError('client', 'must be an OpenAI client');
  }
  if (model !== undefined) checkName(model, 'model');
  return async (initialItems) => {
    const { OpenAIResponsesCompactionSession } = await import('@openai/agents');
    type Options = ConstructorParameters<typeof OpenAIResponsesCompactionSession>[0];
    const copy = new OpenAIResponsesCompactionSession({
      ...(client !== undefined && { client: client as unknown as NonNullable<Options['client']> }),
      ...(model !== undefined && { model }),
      underlyingSession: new MemorySession({ initialItems }),
      compactionMode: 'input',
    });
    const result = await copy.runCompaction({ force: true });
    return { items: await copy.getItems(), usage: result?.usage };
  };
}
