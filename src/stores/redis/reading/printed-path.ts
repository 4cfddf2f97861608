/**
 * JSONPaths as the server reads them.
 *
 * @module
 */
import type {
  QueryCondition,
  QueryLiteral,
  QuerySegment,
  QuerySelector,
} from '../../../query-path.ts';
import { printedName, printedText, refused } from './printed-text.ts';

/** Larger ones end some servers. */
const MOST = 2 ** 31 - 1;

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/**
 * Prints a path: with marks of this package's own, checked numbers, and names and texts in quotes that
 * none of their characters can end.
 *
 * @throws `InvalidInputError` (`invalid_input`) of the field `path`.
 */
export function printedPath(path: readonly QuerySegment[]): string {
  const segments = path.map(
    ({ isDescendant, selector }) => `${isDescendant ? '..' : ''}[${printedSelector(selector)}]`,
  );
  return `$${segments.join('')}`;
}

/**
 * Prints several.
 *
 * @throws as {@link printedPath}.
 */
export function printedPaths(paths: readonly (readonly QuerySegment[])[]): string[] {
  return paths.map(printedPath);
}

function printedSelector(selector: QuerySelector): string {
  if (selector.kind === 'all') return '*';
  if (selector.kind === 'names') return selector.names.map(printedName).join(',');
  if (selector.kind === 'index') return printedIndex(selector.index);
  if (selector.kind === 'slice') {
    const { start, end, step } = selector;
    return `${bound(start)}:${bound(end)}${step === 1 ? '' : `:${integer(step)}`}`;
  }
  return `?(${printedCondition(selector.condition)})`;
}

/** The server takes the first where an index counts back further than there is something. */
function printedIndex(index: number): string {
  if (index >= 0) return integer(index);
  return index === -1 ? '-1:' : `${integer(index)}:${integer(index + 1)}`;
}

/** With parentheses around everything: servers differ in what binds more. */
function printedCondition(condition: QueryCondition): string {
  if (condition.kind === 'exists') return printedNames(condition.names);
  if (condition.kind === 'compare') {
    const { names, comparison, literal } = condition;
    if (!COMPARISONS.has(comparison)) throw refused();
    return `${printedNames(names)}${comparison}${printedLiteral(literal)}`;
  }
  const mark = condition.kind === 'and' ? '&&' : '||';
  return condition.conditions.map((one) => `(${printedCondition(one)})`).join(mark);
}

function printedNames(names: readonly string[]): string {
  return `@${names.map((name) => `[${printedName(name)}]`).join('')}`;
}

function printedLiteral(literal: QueryLiteral): string {
  if (typeof literal === 'string') return printedText(literal);
  if (literal === null) return 'null';
  if (typeof literal === 'boolean') return literal ? 'true' : 'false';
  const text = String(literal);
  if (Math.abs(literal) <= MOST && !text.includes('e')) return text;
  throw refused();
}

function bound(value: number | null): string {
  return value === null ? '' : integer(value);
}

function integer(value: number): string {
  if (Number.isSafeInteger(value) && Math.abs(value) <= MOST) return String(value);
  throw refused();
}
