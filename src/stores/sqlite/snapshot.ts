/**
 * What a read gives of a session.
 *
 * @module
 */
import { HistoryWalk } from '../../document/history-walk.ts';
import { incarnationOf } from '../../document/incarnation.ts';
import { appliedOperation } from '../../document/operations.ts';
import type { EntrySelection, ReadParams, SessionSnapshot } from '../../store.ts';
import { clock } from './clock.ts';
import type { EntryRows } from './entry-rows.ts';
import type { StoredSession } from './session-rows.ts';

/**
 * Gives the snapshot of a session that a read asks for, within the transaction that has found it.
 */
export function snapshotOf(
  session: StoredSession,
  params: ReadParams,
  entries: EntryRows,
): SessionSnapshot {
  const { head, length, expiresAt } = session;
  const walk = walkOver(session, params.entries, entries);
  return {
    incarnation: incarnationOf(head),
    head,
    length,
    entries: walk.entries,
    inHistory: walk.inHistory,
    operation: appliedOperation(head.operations, params.operationId),
    visited: walk.visited,
    tail: walk.tail(head.state?.generation ?? 0),
    ...(params.wholeHead === true && {
      expiresIn: expiresAt === null ? null : Math.max(0, expiresAt - clock()),
    }),
  };
}

function walkOver(
  { id, head }: StoredSession,
  selection: EntrySelection,
  entries: EntryRows,
): HistoryWalk {
  if (selection.kind === 'none') return new HistoryWalk({ kind: 'all' }, head);
  const walk = new HistoryWalk(selection, head);
  entries.show(id, walk, selection.kind === 'walk' ? selection.sizeHint : undefined);
  return walk;
}
