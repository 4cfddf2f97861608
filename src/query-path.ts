/**
 * JSONPaths as stores take them: no text of a caller, but what a path was found to say.
 *
 * @module
 */
import type { DocumentHead, JsonValue } from './document/document.ts';
import type { SessionAddress } from './session-address.ts';

/** What a filter compares with. */
export type QueryLiteral = string | number | boolean | null;

/** As in RFC 9535. */
export type QueryComparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * What a filter asks of each value. `names` leads from it to what is looked at, and has one name or more.
 */
export type QueryCondition =
  | { readonly kind: 'exists'; readonly names: readonly string[] }
  | {
      readonly kind: 'compare';
      readonly names: readonly string[];
      readonly comparison: QueryComparison;
      readonly literal: QueryLiteral;
    }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly QueryCondition[] };

/**
 * What a segment takes of each value.
 */
export type QuerySelector =
  | { readonly kind: 'all' }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'index'; readonly index: number }
  | {
      readonly kind: 'slice';
      readonly start: number | null;
      readonly end: number | null;
      readonly step: number;
    }
  | { readonly kind: 'filter'; readonly condition: QueryCondition };

/**
 * A segment of a path.
 */
export interface QuerySegment {
  /** Whether it looks at all that is below, and not at the children alone: `..`. */
  readonly isDescendant: boolean;
  readonly selector: QuerySelector;
}

/**
 * Parameters of `SessionStore.query`.
 */
export interface QueryParams extends SessionAddress {
  /** From the root of the document. */
  readonly path: readonly QuerySegment[];
  /**
   * Paths that lead to what the caller may not pass over, beside the other one: where one of them names
   * something at that moment, the answer is `'read-all'`. None of them is more work than `path`.
   */
  readonly unless?: readonly (readonly QuerySegment[])[];
}

/**
 * What a path has named, and of which session: all of one moment.
 */
export interface QueryResult {
  /** As `SessionSnapshot.incarnation`. */
  readonly incarnation: string;
  /** As of a read with a brief head. */
  readonly head: DocumentHead;
  readonly values: JsonValue[];
}
