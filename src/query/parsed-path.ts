/**
 * Text to JSONPaths, of which those are taken that servers and RFC 9535 understand alike.
 *
 * @module
 */
import { jsonpath } from 'json-p3';

import type { QuerySegment, QuerySelector } from '../query-path.ts';
import { parsedFilter, TestCount } from './parsed-condition.ts';
import { checkPathText } from './path-text.ts';
import {
  MOST_CHARACTERS,
  MOST_INTEGER,
  MOST_NAMES,
  MOST_SEGMENTS,
  refused,
} from './query-limits.ts';

/**
 * A path that was taken.
 */
export interface ParsedPath {
  readonly segments: readonly QuerySegment[];
  /** What evaluates it. */
  readonly query: jsonpath.JSONPathQuery;
}

const { selectors } = jsonpath;

/** How deep the parser looks for `..`: deeper than any store keeps. */
const ENVIRONMENT = new jsonpath.JSONPathEnvironment({ maxRecursionDepth: 5000 });

/**
 * Parses a path and checks all of it.
 *
 * @throws `InvalidInputError` (`invalid_input`) of the field `path`.
 */
export function parsedPath(text: unknown): ParsedPath {
  if (typeof text !== 'string') throw refused('must be text');
  if (text.length > MOST_CHARACTERS) {
    throw refused(`must have at most ${MOST_CHARACTERS} characters`);
  }
  const query = compiled(text);
  if (query.segments.length > MOST_SEGMENTS) {
    throw refused(`must have at most ${MOST_SEGMENTS} segments`);
  }
  const tests = new TestCount();
  const segments = query.segments.map((segment) => parsedSegment(segment, tests));
  if (segments.filter(({ isDescendant }) => isDescendant).length > 1) {
    throw refused('must have at most one ..');
  }
  return { segments, query };
}

function compiled(text: string): jsonpath.JSONPathQuery {
  try {
    return ENVIRONMENT.compile(text);
  } catch (error) {
    if (error instanceof jsonpath.JSONPathIndexError) {
      throw refused(`must have integers up to ${MOST_INTEGER}`);
    }
    // Its message repeats the path.
    throw refused('must be a JSONPath as in RFC 9535');
  }
}

function parsedSegment(segment: jsonpath.JSONPathSegment, tests: TestCount): QuerySegment {
  return {
    isDescendant: segment.token.kind === jsonpath.TokenKind.DDOT,
    selector: parsedSelector(segment.selectors, tests),
  };
}

function parsedSelector(
  given: readonly jsonpath.JSONPathSelector[],
  tests: TestCount,
): QuerySelector {
  const names = given.filter((one) => one instanceof selectors.NameSelector);
  if (names.length === given.length) return { kind: 'names', names: checkNames(names) };
  const [only] = given;
  if (given.length > 1) throw refused('must not list anything but names in one pair of brackets');
  if (only instanceof selectors.WildcardSelector) return { kind: 'all' };
  if (only instanceof selectors.IndexSelector) {
    return { kind: 'index', index: checkPathInteger(only.index) };
  }
  if (only instanceof selectors.SliceSelector) return parsedSlice(only);
  if (only instanceof selectors.FilterSelector) {
    return { kind: 'filter', condition: parsedFilter(only.expression.expression, tests) };
  }
  throw refused('has a selector that is not taken');
}

/** The same name several times in several segments would multiply what is found. */
function checkNames(selected: readonly jsonpath.selectors.NameSelector[]): string[] {
  const names = selected.map(({ name }) => checkPathText(name));
  if (new Set(names).size < names.length) throw refused('must name nothing twice');
  if (names.length > MOST_NAMES) throw refused(`must list at most ${MOST_NAMES} names`);
  return names;
}

function parsedSlice({ start, stop, step = 1 }: jsonpath.selectors.SliceSelector): QuerySelector {
  if (step < 1) throw refused('must have steps of 1 or more');
  return {
    kind: 'slice',
    start: start === undefined ? null : checkPathInteger(start),
    end: stop === undefined ? null : checkPathInteger(stop),
    step: checkPathInteger(step),
  };
}

function checkPathInteger(value: number): number {
  if (Number.isSafeInteger(value) && Math.abs(value) <= MOST_INTEGER) return value;
  throw refused(`must have integers up to ${MOST_INTEGER}`);
}
