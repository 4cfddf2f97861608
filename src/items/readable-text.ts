/**
 * What a person would read of an item.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { describeItem } from './item-text.ts';

/**
 * Gives the text of an item as messages have it in `content`: of a message its text, of a call its name
 * and arguments, of a result its output; empty where there is none. For windows that count, and for
 * showing what `getItems()` gives.
 *
 * @example
 * ```ts
 * import { itemText, JSONSession, tokenBudget } from 'agents-json-session';
 *
 * const session = await JSONSession.load('chat-1');
 * for (const item of await session.getItems()) console.log(itemText(item));
 * // Four characters a token is a common guess.
 * export const window = tokenBudget({ max: 8000, count: (item) => itemText(item).length / 4 });
 * ```
 */
export function itemText(item: AgentInputItem): string {
  return describeItem(item).content;
}
