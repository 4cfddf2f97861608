/**
 * Whether a session holds in one store what it holds in another.
 *
 * @module
 */
import type { JsonValue, SessionDocument } from '../document/document.ts';
import { withNewLife } from '../document/new-life.ts';

/** Any life, as it does not count. */
const NO_LIFE = '0'.repeat(32);
/** RedisJSON reads some longer ones with another last digit. */
const DIGITS = 15;

/**
 * Tells whether two numbers are the same as far as every store keeps them.
 */
export function isSameNumber(one: number, other: number): boolean {
  return one === other || one.toPrecision(DIGITS) === other.toPrecision(DIGITS);
}

/**
 * Finds the first field in which two documents differ, or gives null. Which life they are, where they
 * were imported from and who has written to them does not count.
 */
export function findDifference(one: SessionDocument, other: SessionDocument): string | null {
  const [left, right] = [contentOf(one), contentOf(other)];
  for (const field of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = differenceOf(left[field], right[field], field);
    if (found !== null) return found;
  }
  return null;
}

function contentOf({ import: _import, ...document }: SessionDocument): Record<string, JsonValue> {
  const life = { incarnation: NO_LIFE, ttl: document.state?.ttl ?? null };
  const content = withNewLife(document, life);
  // It goes by the digits of numbers.
  const state = { ...content.state, bytes: 0 };
  return { ...content, state } as unknown as Record<string, JsonValue>;
}

/** The names of what the messages hold must have their order, too. */
function differenceOf(
  one: JsonValue | undefined,
  other: JsonValue | undefined,
  field: string,
): string | null {
  if (typeof one === 'number' && typeof other === 'number') {
    return isSameNumber(one, other) ? null : field;
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return one === other ? null : field;
  }
  const isOrdered = field.startsWith('messages');
  const [names, others] = [namesOf(one, isOrdered), namesOf(other, isOrdered)];
  if (Array.isArray(one) !== Array.isArray(other) || names.join() !== others.join()) return field;
  for (const name of names) {
    const inside = field === 'messages' ? `messages[${name}]` : field;
    const found = differenceOf(memberOf(one, name), memberOf(other, name), inside);
    if (found !== null) return found;
  }
  return null;
}

function namesOf(value: object, isOrdered: boolean): string[] {
  const names = Object.keys(value);
  return isOrdered ? names : names.toSorted();
}

function memberOf(value: object, name: string): JsonValue | undefined {
  return (value as Record<string, JsonValue>)[name];
}
