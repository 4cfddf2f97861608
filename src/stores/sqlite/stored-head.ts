/**
 * The head of a session as its rows have it.
 *
 * @module
 */
import type { DocumentHead } from '../../document/document.ts';
import { parseHead, schemaOf } from '../../document/document-head.ts';
import { CorruptDocumentError } from '../../errors.ts';

/** Heads that are remembered: about 5 MB at most. */
const HEADS_KEPT = 100;
const LONGEST_KEPT = 16 * 1024;

/**
 * A head that was read.
 */
export interface StoredHead {
  readonly head: DocumentHead;
  readonly schema: number;
}

/** The row of a session. */
interface HeadRow {
  readonly id: number;
  readonly head: string;
}

/**
 * What the newest entry of a session says of the write that added it.
 */
export interface NewestRow {
  /** Unix time in seconds; null where there is no entry, or another program has added it. */
  readonly writtenAt: number | null;
  /** About what all entries take as JSON text. */
  readonly bytes: number | null;
  /** How many entries there are. */
  readonly length: number;
}

/**
 * Reads the text of a head and keeps the fields that this release does not know.
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
 * Remembers what heads it has read last: one that only its newest entry brings up to date is the same
 * text at the next write. What it gives must not be changed, nor handed to callers who might.
 */
export class HeadReader {
  readonly #read = new Map<number, { readonly text: string; readonly stored: StoredHead }>();

  /**
   * Reads the head of a row, as {@link parseStoredHead} does.
   */
  read({ id, head: text }: HeadRow, sessionId: string): StoredHead {
    const known = this.#read.get(id);
    if (known?.text === text) return known.stored;
    const stored = parseStoredHead(text, sessionId);
    this.#read.delete(id);
    if (text.length <= LONGEST_KEPT) this.#read.set(id, { text, stored });
    if (this.#read.size > HEADS_KEPT) this.#read.delete(this.#read.keys().next().value ?? id);
    return stored;
  }
}

/**
 * Gives a head with what appends since its last write have changed. The view `documents` does the same.
 */
export function currentHead(
  head: DocumentHead,
  { writtenAt, bytes, length }: NewestRow,
): DocumentHead {
  const { metadata, state, updated_at } = head;
  if (writtenAt === null || bytes === null || state === undefined) return head;
  return {
    ...head,
    updated_at: Math.max(updated_at, writtenAt),
    metadata: { ...metadata, message_count: length },
    state: { ...state, bytes },
  };
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
