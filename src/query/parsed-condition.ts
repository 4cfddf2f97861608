/**
 * The filters of a path.
 *
 * @module
 */
import { jsonpath } from 'json-p3';

import type { QueryComparison, QueryCondition, QueryLiteral } from '../query-path.ts';
import { checkPathText } from './path-text.ts';
import { MOST_INTEGER, MOST_NAMES, MOST_NESTING, MOST_TESTS, refused } from './query-limits.ts';

const { expressions, selectors } = jsonpath;

type Expression = jsonpath.expressions.FilterExpression;
type Infix = jsonpath.expressions.InfixExpression;

/** How a comparison reads from its other side. */
const MIRRORED: Readonly<Record<QueryComparison, QueryComparison>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/**
 * Counts what the filters of one path ask.
 */
export class TestCount {
  #tests = 0;

  /** @throws `InvalidInputError` (`invalid_input`) when it is one too many. */
  add(): void {
    this.#tests += 1;
    if (this.#tests > MOST_TESTS) throw refused(`must ask at most ${MOST_TESTS} things in filters`);
  }
}

/**
 * Checks what a filter asks.
 *
 * @throws `InvalidInputError` (`invalid_input`) of the field `path`.
 */
export function parsedFilter(expression: Expression, tests: TestCount): QueryCondition {
  const condition = parsedCondition(expression, tests, 0);
  // Some servers ask a value without members itself, which then is found where RFC 9535 has nothing.
  if (holdsForNothing(condition)) {
    throw refused('must ask with != for what is there too, as in ?@.name && @.name != 1');
  }
  return condition;
}

function holdsForNothing(condition: QueryCondition): boolean {
  if (condition.kind === 'compare') return condition.comparison === '!=';
  if (condition.kind === 'and') return condition.conditions.every(holdsForNothing);
  return condition.kind === 'or' && condition.conditions.some(holdsForNothing);
}

function parsedCondition(expression: Expression, tests: TestCount, depth: number): QueryCondition {
  if (depth > MOST_NESTING) throw refused(`must nest filters at most ${MOST_NESTING} deep`);
  if (expression instanceof expressions.RelativeQuery) {
    tests.add();
    return { kind: 'exists', names: namesOf(expression) };
  }
  if (!(expression instanceof expressions.InfixExpression)) {
    throw refused('must ask in filters for nothing but comparisons, &&, || and what is there');
  }
  const { operator } = expression;
  if (operator !== '&&' && operator !== '||') {
    tests.add();
    return comparison(expression);
  }
  const conditions = joined(expression, operator).map((one) =>
    parsedCondition(one, tests, depth + 1),
  );
  return { kind: operator === '&&' ? 'and' : 'or', conditions };
}

/** What stands in one chain, so that a long one is not deep. */
function joined(expression: Expression, operator: string): Expression[] {
  const isJoin =
    expression instanceof expressions.InfixExpression && expression.operator === operator;
  if (!isJoin) return [expression];
  return [...joined(expression.left, operator), ...joined(expression.right, operator)];
}

function comparison({ left, operator, right }: Infix): QueryCondition {
  if (!(operator in MIRRORED)) throw refused('has a comparison that is not taken');
  const forward = operator as QueryComparison;
  if (left instanceof expressions.RelativeQuery) {
    return compared(namesOf(left), forward, literal(right));
  }
  if (right instanceof expressions.RelativeQuery) {
    return compared(namesOf(right), MIRRORED[forward], literal(left));
  }
  throw refused('must compare what @ leads to with a literal');
}

/** Texts have the order of their code points, which is another one here: that of halves of such. */
function compared(
  names: readonly string[],
  mark: QueryComparison,
  value: QueryLiteral,
): QueryCondition {
  const isEquality = mark === '==' || mark === '!=';
  if (!isEquality && typeof value === 'string' && /[\uE000-\u{10FFFF}]/u.test(value)) {
    throw refused('must order texts by characters up to U+D7FF');
  }
  return { kind: 'compare', names, comparison: mark, literal: value };
}

function namesOf({ path }: jsonpath.expressions.RelativeQuery): string[] {
  const { length } = path.segments;
  if (length === 0 || length > MOST_NAMES) {
    throw refused(`must have 1 to ${MOST_NAMES} names behind @`);
  }
  return path.segments.map(({ token, selectors: given }) => {
    const [only] = given;
    const isChild = token.kind !== jsonpath.TokenKind.DDOT && given.length === 1;
    if (isChild && only instanceof selectors.NameSelector) return checkPathText(only.name);
    throw refused('must have nothing but names behind @');
  });
}

function literal(expression: Expression): QueryLiteral {
  if (expression instanceof expressions.NullLiteral) return null;
  if (expression instanceof expressions.BooleanLiteral) return expression.value;
  if (expression instanceof expressions.StringLiteral) return checkPathText(expression.value);
  if (expression instanceof expressions.NumberLiteral) return checkNumber(expression.value);
  throw refused('must compare what @ leads to with a literal');
}

/** Those that are written without an exponent. */
function checkNumber(value: number): number {
  if (Math.abs(value) <= MOST_INTEGER && !String(value).includes('e')) return value;
  throw refused(`must compare with numbers of at most ${MOST_INTEGER}, not too close to 0`);
}
