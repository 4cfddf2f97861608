/**
 * A page of a list, as callers get it.
 *
 * @module
 */
import type { ListParams, SummaryPage } from '../directory-store.ts';
import { cursorText } from './cursor.ts';
import { type ListedSession, toListedSession } from './listed-session.ts';

/**
 * A page of sessions.
 */
export interface SessionList {
  sessions: ListedSession[];
  /** Hand it over to get the next page; null behind the last one. */
  cursor: string | null;
}

/**
 * Gives a page as callers see it.
 */
export function toSessionList({ sessions, next }: SummaryPage, params: ListParams): SessionList {
  return {
    sessions: sessions.map(toListedSession),
    cursor: next === null ? null : cursorText(next, params),
  };
}
