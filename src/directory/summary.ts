/**
 * What a list shows of a session, taken from the head of its document.
 *
 * @module
 */
import type { SessionSummary } from '../directory-store.ts';
import type { DocumentHead } from '../document/document.ts';
import { parseHead } from '../document/document-head.ts';
import { incarnationOf } from '../document/incarnation.ts';
import { hasCode } from '../errors.ts';

/**
 * The fields of a document that a summary is made of.
 */
export const SUMMARY_FIELDS = [
  'user_id',
  'created_at',
  'updated_at',
  'metadata',
  'state',
  'attributes',
  'usage',
  'fork',
] as const;

/** The key of a session and the prefix that it begins with. */
export interface SessionKey {
  readonly key: string;
  readonly keyPrefix: string;
}

/**
 * Gives the summary of a document by its parsed fields, or null where they are none of a session.
 */
export function summaryOf(
  fields: Record<string, unknown>,
  { key, keyPrefix }: SessionKey,
): SessionSummary | null {
  const sessionId = key.slice(keyPrefix.length);
  try {
    return headSummary(parseHead(fields, sessionId), { key, sessionId });
  } catch (error) {
    if (hasCode(error, 'corrupt_document')) return null;
    throw error;
  }
}

function headSummary(
  head: DocumentHead,
  { key, sessionId }: { key: string; sessionId: string },
): SessionSummary {
  const { metadata, attributes = {}, usage = {} } = head;
  return {
    key,
    sessionId,
    incarnation: incarnationOf(head),
    userId: head.user_id,
    createdAt: head.created_at,
    updatedAt: head.updated_at,
    messageCount: metadata.message_count,
    totalTokens: metadata.total_tokens,
    currentAgent: typeof metadata.current_agent === 'string' ? metadata.current_agent : null,
    agentsUsed: metadata.agents_used.filter((name) => typeof name === 'string'),
    attributes,
    usage,
    fork: head.fork ?? null,
  };
}
