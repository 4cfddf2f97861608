/**
 * What a path looks at that can be encrypted.
 *
 * @module
 */
import type { QuerySegment, QuerySelector } from '../query-path.ts';
import { type ParsedPath, parsedPath } from './parsed-path.ts';

/** The id of a key, in what stands in the place of a text. */
const KEY_ID = "['$sealed'].kid";

/**
 * Messages, by the path of those, and the handoff context.
 */
export interface LookedAt {
  /** Null for none. */
  readonly messages: ParsedPath | null;
  readonly hasContext: boolean;
  /** Leads to the ids of the keys that it takes, where something of it is encrypted. */
  readonly keyIds: readonly ParsedPath[];
}

/**
 * Tells what a path looks at.
 */
export function lookedAt({ segments }: ParsedPath): LookedAt {
  const [first, second] = segments;
  const names = namesOf(first);
  const messages = names?.includes('messages') === false ? null : messagesPath(names, second);
  const hasContext = names === null || names.includes('handoff_context');
  const paths = [
    ...(messages === null ? [] : [`${messages}.item${KEY_ID}`]),
    ...(hasContext ? [`$.handoff_context${KEY_ID}`] : []),
  ];
  return {
    messages: messages === null ? null : parsedPath(messages),
    hasContext,
    keyIds: paths.map(parsedPath),
  };
}

/** The fields of the document that it leads into, or null for all. */
function namesOf(segment: QuerySegment | undefined): readonly string[] | null {
  if (segment === undefined || segment.isDescendant) return null;
  return segment.selector.kind === 'names' ? segment.selector.names : null;
}

function messagesPath(names: readonly string[] | null, segment: QuerySegment | undefined): string {
  const isOfFew = names?.length === 1 && segment?.isDescendant === false;
  return `$.messages[${isOfFew ? placesOf(segment.selector) : '*'}]`;
}

function placesOf(selector: QuerySelector): string {
  if (selector.kind === 'index') return String(selector.index);
  if (selector.kind !== 'slice') return '*';
  const { start, end, step } = selector;
  return `${start ?? ''}:${end ?? ''}:${step}`;
}
