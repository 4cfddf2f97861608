/**
 * Removing what is old, or too much, from the start of a session.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { Deadline } from '../deadline.ts';
import type { MessageEntry } from '../document/document.ts';
import { InvalidInputError, SessionNotFoundError } from '../errors.ts';
import { decodeItem } from '../items/item-codec.ts';
import type { WriteOptions } from '../session/writing/caller-operation.ts';
import { checkArguments, checkInteger } from '../session/input-validation.ts';
import { rewriteAsPlanned } from '../session/rewriting/rewriting.ts';
import type { SessionHandle } from '../session/session-handle.ts';
import type { SessionSnapshot } from '../store.ts';
import { cleanCuts } from '../windows/clean-cuts.ts';
import { findOpenCalls } from '../windows/open-calls.ts';
import { numberTurns } from '../windows/turns.ts';

/** Entries that are freed at once: some milliseconds of the server's time. */
const STEP = 5000;

/**
 * How much of a session is kept; both limits count where both are given.
 */
export interface RetentionLimits {
  /**
   * The most messages that are left, those included which a compaction wrote. A single turn that has more
   * stays whole.
   *
   * @defaultValue any number
   */
  maxMessages?: number | undefined;
  /**
   * Seconds: turns go whose newest message is older.
   *
   * @defaultValue any age
   */
  maxAge?: number | undefined;
}

/**
 * Options of `trim`.
 */
export interface TrimOptions extends WriteOptions {
  /**
   * Whether it only says what would be removed.
   *
   * @defaultValue `false`
   */
  dryRun?: boolean | undefined;
}

/**
 * What a trim has done, or would do.
 */
export interface TrimResult {
  /** How many messages were removed. */
  readonly removed: number;
  /** How many are left. */
  readonly left: number;
}

/** What is dropped at once. */
interface Step {
  /** How many entries. */
  readonly cut: number;
  /** How many after that. */
  readonly rest: number;
  /** How many are left for now. */
  readonly left: number;
}

/** Stands for what is transcript only, as `getTurns` has it. */
const NO_ITEM: AgentInputItem = { type: 'unknown' };

/**
 * Checks limits.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) naming the limit that is wrong.
 */
export function checkRetention(limits: RetentionLimits): RetentionLimits {
  const { maxMessages, maxAge } = checkArguments(limits, 'limits');
  const most = Number.MAX_SAFE_INTEGER;
  if (maxMessages !== undefined) checkInteger(maxMessages, 'maxMessages', 1, most);
  if (maxAge !== undefined) checkInteger(maxAge, 'maxAge', 1, most);
  if (maxMessages !== undefined || maxAge !== undefined) return { maxMessages, maxAge };
  throw new InvalidInputError('limits', 'must have maxMessages or maxAge');
}

/**
 * Removes the oldest turns of a session, step by step.
 *
 * @throws {@link SessionNotFoundError} (`session_not_found`), `ConflictError` (`conflict`).
 */
export async function trimHistory(
  handle: SessionHandle,
  limits: RetentionLimits,
  { deadline, isDryRun }: { readonly deadline: Deadline; readonly isDryRun: boolean },
): Promise<TrimResult> {
  if (isDryRun) {
    const { cut, rest, left } = planTrim(await readAll(handle, deadline), limits);
    return { removed: cut + rest, left: left - rest };
  }
  let removed = 0;
  for (;;) {
    const { cut, left, rest } = await trimOnce(handle, limits, deadline);
    removed += cut;
    if (rest === 0) return { removed, left };
  }
}

async function trimOnce(
  handle: SessionHandle,
  limits: RetentionLimits,
  deadline: Deadline,
): Promise<Step> {
  let step: Step = { cut: 0, rest: 0, left: 0 };
  await rewriteAsPlanned(handle, deadline, async () => {
    const snapshot = await readAll(handle, deadline);
    step = planTrim(snapshot, limits);
    if (step.cut === 0) return null;
    const removal = { version: snapshot.tail, drop: 0, dropOldest: step.cut } as const;
    return { removal, applied: step };
  });
  return step;
}

async function readAll(handle: SessionHandle, deadline: Deadline): Promise<SessionSnapshot> {
  const snapshot = await handle.read({ kind: 'all' }, deadline);
  if (snapshot === null) throw new SessionNotFoundError(handle.sessionId);
  return snapshot;
}

function planTrim(
  { entries, inHistory, visited }: SessionSnapshot,
  { maxMessages, maxAge }: RetentionLimits,
): Step {
  // Values that are no entries stand somewhere between these, and nothing can be counted.
  const isKnown = visited === entries.length;
  const places = isKnown ? cutPlaces(entries, entries.length - inHistory) : [];
  const byNumber = maxMessages === undefined ? 0 : placeByNumber(places, entries, maxMessages);
  const byAge = maxAge === undefined ? 0 : placeByAge(places, entries, maxAge);
  const wanted = Math.max(byNumber, byAge);
  const inSteps = places.findLast((place) => place <= STEP && place <= wanted) ?? 0;
  // A turn that is longer than a step goes at once.
  const cut = inSteps > 0 ? inSteps : (places.find((place) => place > 0 && place <= wanted) ?? 0);
  return { cut, rest: wanted - cut, left: entries.length - cut };
}

/** The places before which everything may go, in order: where turns begin, and behind the last. */
function cutPlaces(entries: readonly MessageEntry[], hidden: number): number[] {
  const items = entries.map(decodeItem);
  const turns = numberTurns(items.map((item) => item ?? NO_ITEM));
  const isClean = cleanCuts(items);
  const last = lastPlace(entries, items, hidden);
  return [...isClean.keys()].filter((place) => {
    const isStart = place === hidden || turns[place] !== turns[place - 1];
    return place > 0 && place <= last && isStart && isClean[place] === true;
  });
}

/** What a compaction has written stands for all before it, and a call that waits must get its result. */
function lastPlace(
  entries: readonly MessageEntry[],
  items: readonly (AgentInputItem | undefined)[],
  hidden: number,
): number {
  const compacted = entries.findLastIndex(
    ({ compaction }, index) => compaction === true || items[index]?.type === 'compaction',
  );
  const isHistory = [...items.keys()].filter((index) => items[index] !== undefined);
  const [open] = findOpenCalls(items.filter((item) => item !== undefined));
  const waiting = open === undefined ? entries.length : (isHistory[open] ?? entries.length);
  const seen = hidden > 0 ? hidden : compacted === -1 ? entries.length : compacted;
  return Math.min(seen, waiting);
}

/** The newest turn stays. */
function placeByNumber(
  places: readonly number[],
  { length }: readonly MessageEntry[],
  maxMessages: number,
): number {
  const before = places.filter((place) => place < length);
  if (length <= maxMessages) return 0;
  return before.find((place) => length - place <= maxMessages) ?? before.at(-1) ?? 0;
}

function placeByAge(
  places: readonly number[],
  entries: readonly MessageEntry[],
  maxAge: number,
): number {
  const since = Date.now() / 1000 - maxAge;
  // Another program can have left the time out.
  const young = entries.findIndex(({ timestamp }) => !(timestamp < since));
  return places.findLast((place) => young === -1 || place <= young) ?? 0;
}
