/**
 * How long the server works on a path, in which it answers nobody else.
 *
 * @module
 */
import type { QueryCondition, QuerySegment, QuerySelector } from '../../../query-path.ts';
import { FIRST_PAGE } from './page.ts';
import { isReadName, isReadText } from './printed-text.ts';

/** Bytes that the server keeps of a document whose values it looks at once: about a millisecond. */
const MOST_BYTES: number = 512 * 1024;

/** How much more work `..` is: it looks at values of every depth, and gives some again inside of others. */
const DESCENT = 16;

/** How much work it is to test a value, beside that of finding it. */
const TEST = 2;

type QueryTest = Extract<QueryCondition, { names: unknown }>;

/**
 * What a path is for the server: no more than a page of a read; work that grows with the document, which
 * is little up to so many bytes; or nothing that it understands as RFC 9535 has it.
 */
export type QueryWork =
  | { readonly kind: 'page' }
  | { readonly kind: 'growing'; readonly mostBytes: number }
  | { readonly kind: 'misread' };

/**
 * Tells what a path is for the server.
 */
export function queryWork(path: readonly QuerySegment[]): QueryWork {
  const selectors = path.map(({ selector }) => selector);
  const tests = selectors.flatMap(testsOf);
  if (![...selectors, ...tests].every(isReadAlike)) return { kind: 'misread' };
  const isDeep = path.some(({ isDescendant }) => isDescendant);
  if (!isDeep && tests.length === 0 && isPage(selectors)) return { kind: 'page' };
  const looks = selectors.reduce((sum, one) => sum + otherNames(one), 1 + TEST * tests.length);
  return { kind: 'growing', mostBytes: Math.floor(MOST_BYTES / (looks * (isDeep ? DESCENT : 1))) };
}

/** Says whether a path leads into fields of the head, or into a few messages. */
function isPage([first, second]: readonly QuerySelector[]): boolean {
  if (first?.kind !== 'names') return false;
  if (!first.names.includes('messages')) return true;
  return first.names.length === 1 && second !== undefined && mostTaken(second) <= FIRST_PAGE;
}

/** How many elements of an array are taken at most. */
function mostTaken(selector: QuerySelector): number {
  if (selector.kind === 'index') return 1;
  if (selector.kind !== 'slice') return Infinity;
  const { start, end } = selector;
  if (start !== null && start < 0) return (end ?? 0) > 0 ? Infinity : (end ?? 0) - start;
  return end === null || end < 0 ? Infinity : end - (start ?? 0);
}

function otherNames(selector: QuerySelector): number {
  return selector.kind === 'names' ? selector.names.length - 1 : 0;
}

function testsOf(selector: QuerySelector): QueryTest[] {
  return selector.kind === 'filter' ? testsIn(selector.condition) : [];
}

function testsIn(condition: QueryCondition): QueryTest[] {
  if (condition.kind === 'exists' || condition.kind === 'compare') return [condition];
  return condition.conditions.flatMap(testsIn);
}

/** The server has an order of `true` and `false`. */
function isReadAlike(part: QuerySelector | QueryTest): boolean {
  if ('names' in part && !part.names.every(isReadName)) return false;
  if (!('literal' in part)) return true;
  const { comparison, literal } = part;
  if (typeof literal === 'string') return isReadText(literal);
  return typeof literal === 'number' || comparison === '==' || comparison === '!=';
}
