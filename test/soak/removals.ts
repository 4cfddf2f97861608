/**
 * What can have removed a text of a session, and when.
 *
 * @module
 */
import type { Fate } from '../faults/oracle.ts';
import { ADDING, type Call, lastMoment, POPPING } from './call.ts';

/** Clocks and scheduling of one machine. */
const CLOCK_MS = 50;

/** Something that removed texts, or may have. */
interface Removal {
  readonly from: number;
  readonly to: number;
  /** Whether all that was written before it began is gone when it has ended. */
  readonly isCertain: boolean;
  /** Whether it ends the life of the session. */
  readonly isEnd: boolean;
  /** How long a text is safe from it after it was written; for expiry. */
  readonly grace?: number;
}

/**
 * Between which moments a text can have been there.
 */
export interface Lifetime {
  /** The moment from which on it may be gone, or infinity. */
  readonly mayBeGoneFrom: number;
  /** The moment from which on it is gone, or infinity. */
  readonly goneBy: number;
  /** Whether it may have been added once more after it was removed. */
  readonly isRevivable: boolean;
  /** Whether nothing but pops that were not answered can have removed it. */
  readonly isByUnansweredPops: boolean;
}

/**
 * The removals of one session.
 */
export class Removals {
  /** How many texts the pops can have taken that were not answered. */
  readonly unansweredPops: number;
  readonly #whole: readonly Removal[];
  readonly #named = new Map<string, Removal[]>();
  readonly #unanswered: readonly Call[];

  /**
   * @param calls - All calls on the session.
   * @param ttl - Seconds that it lives after a write, or null.
   */
  constructor(calls: readonly Call[], ttl: number | null) {
    this.#whole = [...calls.flatMap(wholeRemoval), ...expiries(calls, ttl)];
    this.#unanswered = calls.filter(
      ({ kind, outcome }) => POPPING.has(kind) && outcome === 'unknown',
    );
    this.unansweredPops = this.#unanswered.reduce(
      (sum, { kind }) => sum + (kind === 'popItem' ? 1 : Number.POSITIVE_INFINITY),
      0,
    );
    for (const call of calls) this.#addNamed(call);
  }

  /** How many calls say that they removed a text. */
  timesRemoved(text: string): number {
    return this.#named.get(text)?.filter(({ isCertain }) => isCertain).length ?? 0;
  }

  /**
   * Between which moments a text of a call can have been there.
   */
  lifetime(call: Call, text: string): Lifetime {
    const added = lastMoment(call);
    const named = this.#named.get(text) ?? [];
    const unanswered = this.#unanswered.map(mayRemove);
    const isBehind = ({ to, grace = 0 }: Removal): boolean => to >= call.begun + grace;
    const others = [...this.#whole.filter(isBehind), ...named];
    const possible = [...others, ...unanswered.filter(isBehind)];
    const begins = possible.map(({ from, grace = 0 }) => Math.max(from, call.begun + grace));
    const certain = [
      ...this.#whole.filter(({ isCertain, from }) => isCertain && from > added),
      ...named.filter(({ isCertain }) => isCertain),
    ];
    const isRevivable = this.isRevivable(call);
    return {
      mayBeGoneFrom: least(begins),
      goneBy: isRevivable ? Number.POSITIVE_INFINITY : least(certain.map(({ to }) => to)),
      isRevivable,
      isByUnansweredPops: others.length === 0 && possible.length > 0,
    };
  }

  /** Whether the session may have ended within a stretch of time. */
  mayHaveEnded(from: number, to: number): boolean {
    return this.#whole.some((removal) => removal.isEnd && removal.from <= to && removal.to >= from);
  }

  /**
   * Whether a call may have added its texts twice: what names a write is forgotten with the history, so
   * that a repeat of it adds them once more.
   */
  isRevivable(call: Call): boolean {
    if (call.outcome !== 'repeated') return false;
    const late = lastMoment({ ...call, outcome: 'unknown' });
    return this.#whole.some(({ from, to }) => to >= call.begun && from <= late);
  }

  #addNamed(call: Call): void {
    const { removed, kind, outcome } = call;
    const isAnswered = outcome === 'acknowledged' || outcome === 'repeated';
    if (removed === null || outcome === 'rejected') return;
    if (!POPPING.has(kind) && kind !== 'replace') return;
    for (const text of removed) {
      const removal = {
        from: call.begun,
        to: lastMoment(call),
        isCertain: isAnswered,
        isEnd: false,
      };
      this.#named.set(text, [...(this.#named.get(text) ?? []), removal]);
    }
  }
}

/**
 * Gives the fate of a text when the session is read at the end.
 */
export function fateOf({ mayBeGoneFrom, goneBy }: Lifetime): Fate {
  if (goneBy !== Number.POSITIVE_INFINITY) return 'removed';
  return mayBeGoneFrom === Number.POSITIVE_INFINITY ? 'kept' : 'maybe-removed';
}

function mayRemove(call: Call): Removal {
  return { from: call.begun, to: lastMoment(call), isCertain: false, isEnd: false };
}

function wholeRemoval(call: Call): Removal[] {
  const { kind, outcome, wasThere } = call;
  const isDelete = kind === 'delete';
  if (!isDelete && kind !== 'clear' && kind !== 'clearSession') return [];
  if (outcome === 'rejected') return [];
  // After a lost answer, one that found a later life says that it deleted nothing.
  const isCertain = outcome === 'acknowledged' && (!isDelete || wasThere === true);
  return [{ from: call.begun, to: lastMoment(call), isCertain, isEnd: isDelete }];
}

/** The stretches of time in which the session may have expired: no write keeps it alive for sure. */
function expiries(calls: readonly Call[], ttl: number | null): Removal[] {
  if (ttl === null) return [];
  const grace = ttl * 1000 - CLOCK_MS;
  const alive = calls
    .filter((call) => call.outcome === 'acknowledged' && startsTtl(call))
    .map(({ begun, ended }) => [ended ?? begun, begun + grace] as const)
    .filter(([from, to]) => to > from)
    .toSorted(([one], [other]) => one - other);
  const gaps: Removal[] = [];
  let gapFrom = Number.NEGATIVE_INFINITY;
  const between = { isCertain: false, isEnd: true, grace };
  for (const [from, to] of alive) {
    if (from > gapFrom) gaps.push({ ...between, from: gapFrom, to: from });
    gapFrom = Math.max(gapFrom, to);
  }
  return [...gaps, { ...between, from: gapFrom, to: Number.POSITIVE_INFINITY }];
}

const HEAD_WRITES: ReadonlySet<string> = new Set([
  'create',
  'setAttributes',
  'setHandoffContext',
  'trackAgent',
  'touch',
]);

function startsTtl({ kind, removed }: Call): boolean {
  if (ADDING.has(kind)) return kind !== 'run';
  return HEAD_WRITES.has(kind) || (POPPING.has(kind) && (removed?.length ?? 0) > 0);
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}
