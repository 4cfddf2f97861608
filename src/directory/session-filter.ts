/**
 * Which sessions a list, a count or a walk is about.
 *
 * @module
 */
import type { SessionFilter, SessionSummary } from '../directory-store.ts';
import type { JsonValue } from '../document/document.ts';
import { isRecord } from '../document/is-record.ts';

/**
 * Tells whether a session matches everything that is given.
 */
export function matchesFilter(
  session: SessionSummary,
  { userId, agent, attributes, updatedSince, parentId }: SessionFilter,
): boolean {
  return (
    (userId === undefined || session.userId === userId) &&
    (agent === undefined || session.agentsUsed.includes(agent)) &&
    (updatedSince === undefined || session.updatedAt >= updatedSince) &&
    (parentId === undefined || session.fork?.session_id === parentId) &&
    (attributes === undefined || contains(session.attributes, attributes))
  );
}

/** Objects in part, anything else as a whole. */
function contains(whole: JsonValue | undefined, part: JsonValue): boolean {
  if (isRecord(part) && isRecord(whole)) {
    return Object.entries(part).every(
      ([name, value]) => Object.hasOwn(whole, name) && contains(whole[name], value),
    );
  }
  if (Array.isArray(part) && Array.isArray(whole)) {
    return part.length === whole.length && part.every((value, at) => isSame(whole[at], value));
  }
  return whole === part;
}

function isSame(one: JsonValue | undefined, other: JsonValue): boolean {
  if (!isRecord(one) || !isRecord(other)) return contains(one, other);
  return contains(one, other) && contains(other, one);
}
