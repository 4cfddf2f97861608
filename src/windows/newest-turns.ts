import type { SessionInputCallback } from '@openai/agents-core';
import { checkInteger } from '../session/input-validation.ts';
import { numberTurns } from './turns.ts';
import { putTogether, takeApart, type Group } from './window-parts.ts';

/**
 * Makes a `sessionInputCallback` that sends the newest `limit` turns of the history. The new input
 * and the calls that it has results for come on top and are never cut.
 *
 * A turn is the user and system messages in a row and all that follows, up to the next user message.
 * The result of an approved call belongs to the turn of the call, however late it came. A compaction
 * item is no turn and is sent with any.
 *
 * @throws `InvalidInputError` (`invalid_input`) when `limit` is no whole number of zero or more.
 *
 * @example
 * ```ts
 * import { Agent, Runner } from '@openai/agents';
 * import { JSONSession, newestTurns } from 'agents-json-session';
 *
 * const agent = new Agent({ name: 'Assistant' });
 * const runner = new Runner({ sessionInputCallback: newestTurns(10) });
 * await runner.run(agent, 'Hello!', { session: new JSONSession({ sessionId: 'chat-1' }) });
 * ```
 */
export function newestTurns(limit: number): SessionInputCallback {
  checkInteger(limit, 'limit', 0, Number.MAX_SAFE_INTEGER);
  return (historyItems, newItems) => {
    const { history, required, compaction, groups } = takeApart(historyItems, newItems);
    const turns = numberTurns(history);
    const turnOf = ([first = 0]: Group): number | undefined => turns[first];
    const newest = new Set([...new Set(groups.map(turnOf))].slice(0, limit));
    const kept = groups.filter((group) => newest.has(turnOf(group)));
    return putTogether(history, [required, limit > 0 ? compaction : [], ...kept], newItems);
  };
}
