import type { AgentInputItem, SessionInputCallback } from '@openai/agents-core';
import { InvalidInputError } from '../errors.ts';
import { checkInteger } from '../session/input-validation.ts';
import { putTogether, takeApart, type Group } from './window-parts.ts';

/**
 * Options of {@link tokenBudget}.
 */
export interface TokenBudgetOptions {
  /** The most tokens that history and new input may have together. */
  max: number;
  /**
   * Gives the tokens of an item. Called once for each item that is looked at, from the newest on, and
   * no more once the budget is used up.
   */
  count: (item: AgentInputItem) => number | Promise<number>;
}

/**
 * Makes a `sessionInputCallback` that sends as much of the newest history as fits a budget of tokens
 * together with the new input. Calls stay with their results and reasoning with what came of it.
 *
 * The new input and the calls that it has results for are always sent, even where they alone are more
 * than `max`. A compaction item stands for all before it and is kept as long as it fits. Instructions
 * and tools of the agent are no items: leave room for them, and for the answer.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) naming the option that is wrong; the callback
 * throws it when `count` gives no number of zero or more.
 *
 * @example
 * ```ts
 * import { Agent, run } from '@openai/agents';
 * import { JSONSession, tokenBudget } from 'agents-json-session';
 *
 * const agent = new Agent({ name: 'Assistant' });
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * // Four characters a token is a common guess; a tokenizer knows better.
 * const sessionInputCallback = tokenBudget({
 *   max: 8000,
 *   count: (item) => Math.ceil(JSON.stringify(item).length / 4),
 * });
 * await run(agent, 'Sum up what we decided.', { session, sessionInputCallback });
 * ```
 */
export function tokenBudget(options: TokenBudgetOptions): SessionInputCallback {
  const { max, count } = checkOptions(options);
  return async (historyItems, newItems) => {
    const { history, required, compaction, groups } = takeApart(historyItems, newItems);
    const tokensOf = async (group: Group): Promise<number> => {
      return countAll(
        group.flatMap((position) => history[position] ?? []),
        count,
      );
    };
    const kept: Group[] = [required];
    let left = max - (await countAll(newItems, count)) - (await tokensOf(required));
    const compacted = left < 0 ? 0 : await tokensOf(compaction);
    if (compacted <= left) {
      kept.push(compaction);
      left -= compacted;
    }
    for (const group of left < 0 ? [] : groups) {
      left -= await tokensOf(group);
      if (left < 0) break;
      kept.push(group);
    }
    return putTogether(history, kept, newItems);
  };
}

function checkOptions(options: unknown): TokenBudgetOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidInputError('options', 'must be an object');
  }
  const { max, count } = options as TokenBudgetOptions;
  if (typeof count !== 'function') throw new InvalidInputError('count', 'must be a function');
  return { max: checkInteger(max, 'max', 0, Number.MAX_SAFE_INTEGER), count };
}

async function countAll(
  items: readonly AgentInputItem[],
  count: TokenBudgetOptions['count'],
): Promise<number> {
  const counts = await Promise.all(items.map(async (item) => checkCount(await count(item))));
  return counts.reduce((sum, tokens) => sum + tokens, 0);
}

function checkCount(tokens: unknown): number {
  if (typeof tokens === 'number' && Number.isFinite(tokens) && tokens >= 0) return tokens;
  throw new InvalidInputError('count', 'must give a number of zero or more');
}
