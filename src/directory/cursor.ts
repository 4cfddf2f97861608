/**
 * Cursors as callers keep them: text that means nothing to them.
 *
 * @module
 */
import type { ListCursor } from '../directory-store.ts';
import { InvalidInputError } from '../errors.ts';
import type { ListOrder } from './list-order.ts';

/**
 * Gives a place in a list as text: letters, digits, `-` and `_`.
 */
export function cursorText({ time, sessionId }: ListCursor, order: ListOrder): string {
  const parts = [order.orderBy, order.descending, time ?? null, sessionId];
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '');
}

/**
 * Reads the text of a cursor.
 *
 * @throws `InvalidInputError` (`invalid_input`) when it is none, or of a list in another order.
 */
export function readCursor(text: unknown, { orderBy, descending }: ListOrder): ListCursor {
  const [order, way, time, sessionId] = partsOf(text);
  const isTime = orderBy === 'id' ? time === null : Number.isFinite(time);
  if (!isTime || typeof sessionId !== 'string') throw wrong('is none that a list has given');
  if (order !== orderBy || way !== descending) throw wrong('is of a list in another order');
  return { sessionId, ...(orderBy !== 'id' && { time: time as number }) };
}

function partsOf(text: unknown): unknown[] {
  try {
    const binary = atob(String(text).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const parts: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function wrong(reason: string): InvalidInputError {
  return new InvalidInputError('cursor', reason);
}
