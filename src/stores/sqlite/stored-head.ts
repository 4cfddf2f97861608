/**
 * The head of a session as the text of its row.
 *
 * @module
 */
import type { DocumentHead } from '../../document/document.ts';
import { parseHead, schemaOf } from '../../document/document-head.ts';
import { CorruptDocumentError } from '../../errors.ts';

/**
 * A head that was read.
 */
export interface StoredHead {
  readonly head: DocumentHead;
  readonly schema: number;
}

/**
 * Reads a head and keeps the fields that this release does not know.
 *
 * @throws {@link CorruptDocumentError} (`corrupt_document`) naming the field that is wrong.
 */
export function parseStoredHead(text: string, sessionId: string): StoredHead {
  const stored = parseJson(text);
  if (typeof stored !== 'object' || stored === null) {
    throw new CorruptDocumentError(sessionId, 'head');
  }
  const fields = stored as Record<string, unknown>;
  const { attributes: _attributes, usage: _usage, ...others } = fields;
  return { head: { ...others, ...parseHead(fields, sessionId) }, schema: schemaOf(fields) };
}

/**
 * Reads JSON, and gives null for text that is none.
 */
export function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}
