/**
 * Messages that were found, as callers see them.
 *
 * @module
 */
import type { FoundEntry } from '../directory-store.ts';
import type { MessageRole } from '../document/document.ts';
import { timeOf } from '../search/entry-match.ts';
import { type SnippetPart, snippetOf } from '../search/snippet.ts';
import { toDate } from '../session/message.ts';

/**
 * A message that a search has found.
 */
export interface FoundMessage {
  sessionId: string;
  /** The owner of the session, or null in a document of another program that names none. */
  userId: string | null;
  messageId: string;
  /** How many messages stand before it in the session. */
  index: number;
  role: MessageRole;
  agent: string | null;
  /** When it was stored, by the store's clock. */
  timestamp: Date;
  /** What of its text shows why it was found, piece by piece: the words that were searched are marked. */
  snippet: SnippetPart[];
}

/**
 * What a search has found.
 */
export interface SearchResults {
  /** The newest first. */
  messages: FoundMessage[];
  /**
   * False where messages were looked at one by one, and there were more than `scanLimit`, or encrypted
   * ones among them.
   */
  isComplete: boolean;
}

/**
 * Gives what was found as callers see it.
 *
 * @param words - Those that were searched.
 */
export function toSearchResults(
  found: readonly FoundEntry[],
  isComplete: boolean,
  words: ReadonlySet<string>,
): SearchResults {
  return { messages: found.map((one) => toFoundMessage(one, words)), isComplete };
}

function toFoundMessage(
  { sessionId, userId, index, entry }: FoundEntry,
  words: ReadonlySet<string>,
): FoundMessage {
  const { id, role, agent, content } = entry;
  return {
    sessionId,
    userId,
    messageId: id,
    index,
    role,
    agent: typeof agent === 'string' ? agent : null,
    timestamp: toDate(timeOf(entry)),
    snippet: snippetOf(content, words),
  };
}
