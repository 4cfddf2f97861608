/**
 * The order of a list. Every session has one place in it: sessions of the same time stand by their ids.
 *
 * @module
 */
import type { ListCursor, SessionOrder, SessionSummary } from '../directory-store.ts';

/**
 * Which order, and from which end.
 */
export interface ListOrder {
  readonly orderBy: SessionOrder;
  readonly descending: boolean;
}

/**
 * Gives the place of a session in an order.
 */
export function placeOfSession(session: SessionSummary, orderBy: SessionOrder): ListCursor {
  const { sessionId, updatedAt, createdAt } = session;
  if (orderBy === 'id') return { sessionId };
  return { time: orderBy === 'updated' ? updatedAt : createdAt, sessionId };
}

/**
 * Says which of two places comes first: negative for the first one.
 */
export function comparePlaces(one: ListCursor, other: ListCursor, descending: boolean): number {
  const byTime = (one.time ?? 0) - (other.time ?? 0);
  const order = byTime === 0 ? compareText(one.sessionId, other.sessionId) : byTime;
  return descending ? -order : order;
}

/**
 * Compares texts by their code points, as SQLite and Redis do by their bytes of UTF-8.
 */
function compareText(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const difference = rank(one.charCodeAt(at)) - rank(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Halves of surrogate pairs stand for what comes behind all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
