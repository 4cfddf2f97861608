/**
 * What workers and faults do, all of it from one seed.
 *
 * @module
 */
import fc from 'fast-check';
import type { Kind } from './call.ts';

/**
 * What a session is for, so that what the judge cannot decide in one kind of session it can in another:
 *
 * - `kept`: nothing is ever removed.
 * - `popped`: texts are taken off the end, and named by the call that did it.
 * - `any`: everything, clearing and deleting too.
 * - `expiring`: nothing is removed, and it expires after a second or two without a write.
 * - `python`: as `popped`, with messages of the Python class.
 */
export type Profile = 'kept' | 'popped' | 'any' | 'expiring' | 'python';

/** Of ten sessions in a row. */
const PROFILES = 'kept popped any expiring python kept popped any kept popped'.split(
  ' ',
) as Profile[];

const WEIGHTS: Readonly<Record<Exclude<Kind, 'python'>, number>> = {
  create: 2,
  addMessage: 14,
  addItems: 16,
  append: 4,
  replace: 4,
  run: 2,
  popItem: 7,
  popTurn: 2,
  undoTo: 2,
  clear: 1,
  clearSession: 1,
  delete: 1,
  getItems: 14,
  getMessages: 10,
  setAttributes: 4,
  setHandoffContext: 2,
  trackAgent: 2,
  touch: 3,
  exclusive: 3,
};

const ENDING: ReadonlySet<Kind> = new Set(['clear', 'clearSession', 'delete']);
const REMOVING: ReadonlySet<Kind> = new Set(['popItem', 'popTurn', 'undoTo', 'replace']);
/** As many calls go to one in this many sessions as to three sevenths of all. */
const HOT_SHARE = 20;
const CHUNK = 200;
const MOST_ITEMS = 20;
const LONGEST_PAUSE_MS = 20;

/**
 * One call to be made.
 */
export interface PlannedCall {
  readonly kind: Kind;
  /** The number of the session. */
  readonly session: number;
  /** How many items or messages, from 1 to 20. */
  readonly amount: number;
  /** Decides what the call leaves open. */
  readonly coin: boolean;
  readonly otherCoin: boolean;
  /** Milliseconds to wait before it. */
  readonly pause: number;
}

/**
 * One fault to be inflicted.
 */
export interface PlannedFault {
  /** Which of those that there are: from 0 to 1. */
  readonly which: number;
  /** Which worker or connection it strikes: from 0 to 1. */
  readonly whom: number;
  /** How strong it is, or how long it lasts: from 0 to 1. */
  readonly amount: number;
  /** Milliseconds to wait before it. */
  readonly pause: number;
}

/**
 * Says what a session is for.
 */
export function profileOf(session: number, isRedis: boolean): Profile {
  const profile = PROFILES[session % PROFILES.length] ?? 'kept';
  return profile === 'python' && !isRedis ? 'kept' : profile;
}

/**
 * The seconds that a session lives after a write, or null.
 */
export function ttlOf(session: number, isRedis: boolean): number | null {
  if (profileOf(session, isRedis) !== 'expiring') return null;
  return 1 + (Math.floor(session / PROFILES.length) % 2);
}

/**
 * The calls of one caller, without end.
 *
 * @yields Each with what it needs before it is made.
 * @param seed - The same one gives the same calls.
 */
export function* plannedCalls(
  seed: number,
  sessions: number,
  isRedis: boolean,
): Generator<PlannedCall> {
  const hot = Math.max(1, Math.floor(sessions / HOT_SHARE));
  const kinds = Object.entries(WEIGHTS).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.constant(kind as Kind),
  }));
  const call = fc.record({
    kind: fc.oneof(...kinds),
    session: fc.oneof(
      { weight: 3, arbitrary: upTo(hot - 1) },
      { weight: 7, arbitrary: upTo(sessions - 1) },
    ),
    amount: fc.oneof(
      { weight: 3, arbitrary: upTo(3).map((amount) => amount + 1) },
      { weight: 1, arbitrary: upTo(MOST_ITEMS - 1).map((amount) => amount + 1) },
    ),
    coin: fc.boolean(),
    otherCoin: fc.boolean(),
    pause: upTo(LONGEST_PAUSE_MS),
  });
  for (const planned of endless(call, seed)) {
    yield { ...planned, kind: permitted(planned, profileOf(planned.session, isRedis)) };
  }
}

/**
 * Gives faults, without end.
 */
export function plannedFaults(seed: number, longestPauseMs: number): Generator<PlannedFault> {
  const share = upTo(1_000_000).map((value) => value / 1_000_001);
  const pause = upTo(longestPauseMs);
  return endless(fc.record({ which: share, whom: share, amount: share, pause }), seed);
}

/**
 * Makes one seed of several numbers.
 */
export function mixedSeed(...parts: readonly number[]): number {
  return parts.reduce((seed, part) => Math.imul(seed ^ part, 0x9e3779b1) ^ (seed >>> 15), 1);
}

function permitted({ kind, coin }: PlannedCall, profile: Profile): Kind {
  const isPopped = profile !== 'kept' && profile !== 'expiring';
  if (ENDING.has(kind) && profile !== 'any') return 'addMessage';
  if (REMOVING.has(kind) && !isPopped) return kind === 'replace' ? 'append' : 'addItems';
  return kind === 'addMessage' && profile === 'python' && coin ? 'python' : kind;
}

function upTo(most: number): fc.Arbitrary<number> {
  return fc.noBias(fc.nat(most));
}

function* endless<T>(arbitrary: fc.Arbitrary<T>, seed: number): Generator<T> {
  for (let chunk = 0; ; chunk += 1) {
    yield* fc.sample(arbitrary, { seed: mixedSeed(seed, chunk), numRuns: CHUNK });
  }
}
