/**
 * What this process has removed, or has tried to, under which operation id: a store keeps nothing of
 * what was removed, so only the process that sent a removal can give it when that is repeated.
 *
 * @module
 */
import { jsonBytes } from '../../items/json-size.ts';
import type { HistoryTail, SessionSnapshot } from '../../store.ts';

/** Somewhat longer than the id of an unknown outcome is good for. */
const KEPT_MS = 10 * 60_000;
const REMOVALS_KEPT = 100;
const BYTES_KEPT = 16 * 1024 * 1024;

/** Entries as they were before they were removed, oldest first. */
export type Removed = Pick<SessionSnapshot, 'entries' | 'inHistory'>;

/**
 * A removal as it was sent: from which version, how much, and what.
 */
export interface KnownRemoval {
  readonly version: HistoryTail | null;
  readonly drop: number;
  readonly removed: Removed;
  /** Digest of what the call was to do; null where the caller gave no id. */
  readonly digest: string | null;
}

interface Kept {
  readonly removal: KnownRemoval;
  readonly bytes: number;
  readonly at: number;
}

/** By life of a session and operation id, oldest first. */
const known = new Map<string, Kept>();
let bytesKept = 0;
let timer: ReturnType<typeof setTimeout> | null = null;

/**
 * Keeps a removal, in the place of the one that was sent under this id before.
 *
 * @param incarnation - The life of the session: it names one in all stores.
 */
export function keepRemoval(incarnation: string, operationId: string, removal: KnownRemoval): void {
  const key = keyOf(incarnation, operationId);
  drop(key);
  const bytes = jsonBytes(removal.removed.entries);
  known.set(key, { removal, bytes, at: performance.now() });
  bytesKept += bytes;
  dropOld();
}

/**
 * Gives the removal that was last sent under an id, if it is known here.
 */
export function findRemoval(incarnation: string, operationId: string): KnownRemoval | undefined {
  dropOld();
  return known.get(keyOf(incarnation, operationId))?.removal;
}

/**
 * Forgets a removal that was not applied, unless another one has taken its place.
 */
export function forgetRemoval(
  incarnation: string,
  operationId: string,
  removal: KnownRemoval,
): void {
  const key = keyOf(incarnation, operationId);
  if (known.get(key)?.removal === removal) drop(key);
}

function dropOld(): void {
  const now = performance.now();
  for (const [key, { at }] of known) {
    // The newest one is kept, however much it has removed.
    const isTooMuch = known.size > REMOVALS_KEPT || (bytesKept > BYTES_KEPT && known.size > 1);
    if (!isTooMuch && now - at < KEPT_MS) {
      dropLater(at + KEPT_MS - now);
      return;
    }
    drop(key);
  }
}

/** What was removed stays in memory no longer than it is good for, whether anyone asks or not. */
function dropLater(milliseconds: number): void {
  if (timer !== null) return;
  timer = setTimeout(() => {
    timer = null;
    dropOld();
  }, milliseconds);
  // Browsers and edge runtimes give a number.
  if (typeof timer === 'object') timer.unref();
}

function drop(key: string): void {
  bytesKept -= known.get(key)?.bytes ?? 0;
  known.delete(key);
}

function keyOf(incarnation: string, operationId: string): string {
  return `${incarnation}\n${operationId}`;
}
