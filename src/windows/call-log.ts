import type { Correlation } from './correlation.ts';

/**
 * A call that was met on a walk through a conversation.
 */
export interface LoggedCall {
  /** Where it stands. */
  readonly position: number;
  /** The program that made it. */
  readonly caller: string | undefined;
  /** Counts the input of users before it: tool searches pair by order within one exchange. */
  readonly exchange: number;
}

interface Entry extends LoggedCall {
  answered: boolean;
}

/**
 * The calls of a conversation so far, for finding the one that a result answers.
 */
export class CallLog {
  readonly #byKey: Map<string, Entry[]> = new Map();
  readonly #searches: Record<'client' | 'server', Entry[]> = { client: [], server: [] };

  /** Takes note of a call. */
  add(correlation: Correlation, call: LoggedCall): void {
    const entry = { ...call, answered: false };
    const { key, search } = correlation;
    if (search !== undefined) this.#searches[search].push(entry);
    if (key === undefined) return;
    const entries = this.#byKey.get(key);
    if (entries === undefined) this.#byKey.set(key, [entry]);
    else entries.push(entry);
  }

  /** Gives the position of the call that a result answers. */
  answer(correlation: Correlation, result: LoggedCall): number | undefined {
    const { key, search } = correlation;
    const entry =
      key === undefined && search !== undefined
        ? findInOrder(this.#searches[search], result.exchange)
        : findNearest(this.#byKey.get(key ?? '') ?? [], result.caller);
    if (entry !== undefined) entry.answered = true;
    return entry?.position;
  }
}

/** Some models use the same ids again and again: the nearest open call is the one that is meant. */
function findNearest(entries: readonly Entry[], caller: string | undefined): Entry | undefined {
  const fits = (entry: Entry): boolean => caller === undefined || entry.caller === caller;
  return (
    entries.findLast((entry) => !entry.answered && fits(entry)) ??
    entries.findLast((entry) => fits(entry))
  );
}

function findInOrder(entries: readonly Entry[], exchange: number): Entry | undefined {
  const open = entries.filter((entry) => !entry.answered);
  return open.find((entry) => entry.exchange === exchange) ?? open[0];
}
