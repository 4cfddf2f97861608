import type { SessionInputCallback } from '@openai/agents-core';
import { checkInteger } from '../session/input-validation.ts';
import { putTogether, takeApart, type Group } from './window-parts.ts';

/**
 * Makes a `sessionInputCallback` that sends the newest `limit` items of the history, or a few less:
 * calls stay with their results and reasoning with what came of it, and where such a group does not
 * fit, the window begins after it. The new input comes on top and is never cut.
 *
 * Calls that the new input has results for are always sent, even where that is more than `limit`.
 * They count, as does a compaction item: it stands for all before it and is kept as long as it fits.
 *
 * @throws `InvalidInputError` (`invalid_input`) when `limit` is no whole number of zero or more.
 *
 * @example
 * ```ts
 * import { Agent, run } from '@openai/agents';
 * import { JSONSession, newestItems } from 'agents-json-session';
 *
 * const agent = new Agent({ name: 'Assistant' });
 * const session = new JSONSession({ sessionId: 'chat-1' });
 * await run(agent, 'And tomorrow?', { session, sessionInputCallback: newestItems(40) });
 * ```
 */
export function newestItems(limit: number): SessionInputCallback {
  checkInteger(limit, 'limit', 0, Number.MAX_SAFE_INTEGER);
  return (historyItems, newItems) => {
    const { history, required, compaction, groups } = takeApart(historyItems, newItems);
    const kept: Group[] = [required];
    let left = limit - required.length;
    if (compaction.length <= left) {
      kept.push(compaction);
      left -= compaction.length;
    }
    for (const group of groups) {
      if (group.length > left) break;
      kept.push(group);
      left -= group.length;
    }
    return putTogether(history, kept, newItems);
  };
}
