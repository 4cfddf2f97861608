/**
 * Putting something shorter in the place of the history, while the transcript stays.
 *
 * @module
 */
import type { Deadline } from '../../deadline.ts';
import type { MessageEntry } from '../../document/document.ts';
import { decodeItem } from '../../items/item-codec.ts';
import type { NewEntry, RunRecord, SessionSnapshot } from '../../store.ts';
import { itemKey } from '../../items/item-equality.ts';
import type { Repeatable } from '../writing/caller-operation.ts';
import { type Plan, rewriteAsPlanned } from './rewriting.ts';
import type { SessionHandle } from '../session-handle.ts';

/**
 * What is to become of a history.
 */
export interface Compaction {
  /** The history that was compacted: entries that came behind it meanwhile stay. Null: any. */
  readonly compacted: readonly MessageEntry[] | null;
  /** What takes its place. Its end can be the end of the history as it was: those entries stay. */
  readonly entries: readonly NewEntry[];
  /** Whether all new entries are the compaction's, or just summaries and copies of what is there. */
  readonly wroteAll: boolean;
  readonly run?: RunRecord | undefined;
  /** What makes it repeatable, if anything does. */
  readonly once?: Repeatable | undefined;
}

/**
 * Appends what takes the place of the history and begins the model's view with it, in one step. Says
 * whether it did: not if the history that was compacted is no longer there.
 *
 * @throws `ConflictError` (`conflict`) when other writers kept changing the history until the time was
 * up.
 */
export async function compactHistory(
  handle: SessionHandle,
  compaction: Compaction,
  deadline: Deadline = handle.newDeadline(),
): Promise<boolean> {
  const done = await rewriteAsPlanned(handle, deadline, async () => {
    const snapshot = await handle.read({ kind: 'all', within: 'history' }, deadline);
    return snapshot === null ? null : planCompaction(snapshot, compaction);
  });
  return done ?? false;
}

function planCompaction(
  { entries, tail, visited, head }: SessionSnapshot,
  { compacted, entries: replacement, wroteAll, run, once }: Compaction,
): Plan<true> | null {
  const newer = compacted === null ? [] : newerThan(entries, compacted);
  if (newer === null) return null;
  const before = entries.slice(0, entries.length - newer.length);
  // Values that are no entries stand somewhere between these: then nothing can be moved.
  const canMove = visited === entries.length;
  if (!canMove && newer.length > 0) return null;
  const kept = canMove ? sharedEnd(before, replacement) : [];
  const written = replacement.slice(0, replacement.length - kept.length);
  return {
    applied: true,
    removal: {
      version: tail ?? { generation: head.state?.generation ?? 0, lastId: '' },
      drop: kept.length + newer.length,
      historyStart: 'kept',
      entries: [...markedEntries(written, wroteAll ? null : before), ...kept, ...newer],
      ...(run && { run }),
      ...once,
    },
  };
}

/** The entries behind those that were compacted, or null where these have changed. */
function newerThan(
  entries: readonly MessageEntry[],
  compacted: readonly MessageEntry[],
): MessageEntry[] | null {
  const isSame = compacted.every((entry, index) => isUnchanged(entry, entries[index]));
  return isSame ? entries.slice(compacted.length) : null;
}

/** A call that was rewritten keeps its id. */
function isUnchanged(before: MessageEntry, now: MessageEntry | undefined): boolean {
  return before.id === now?.id && keyOf(before) === keyOf(now);
}

/** The longest end that the entries have in common with what takes their place. */
function sharedEnd(
  entries: readonly MessageEntry[],
  replacement: readonly NewEntry[],
): MessageEntry[] {
  const longest = Math.min(entries.length, replacement.length);
  let length = 0;
  while (length < longest && isSameItem(entries.at(-1 - length), replacement.at(-1 - length))) {
    length += 1;
  }
  return length === 0 ? [] : entries.slice(-length);
}

function isSameItem(one: MessageEntry | undefined, other: NewEntry | undefined): boolean {
  const key = one && keyOf(one);
  return key !== undefined && key === (other && keyOf(other));
}

/** Marks summaries and copies of what is there already; all, where it is not said what is there. */
function markedEntries(
  written: readonly NewEntry[],
  present: readonly MessageEntry[] | null,
): NewEntry[] {
  const keys = new Set((present ?? []).map(keyOf));
  return written.map((entry) => {
    const isCompaction = present === null || isSummary(entry) || keys.has(keyOf(entry));
    return isCompaction ? { ...entry, compaction: true } : entry;
  });
}

function isSummary(entry: NewEntry): boolean {
  return decodeItem(entry)?.type === 'compaction';
}

function keyOf(entry: NewEntry | MessageEntry): string | undefined {
  const item = decodeItem(entry);
  return item && itemKey(item);
}
