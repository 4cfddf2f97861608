/**
 * A session with everything that is stored of it.
 *
 * @module
 */
import { UnsupportedSchemaError } from '../errors.ts';
import type { SessionSnapshot } from '../store.ts';
import { type DocumentHead, SCHEMA, type SessionDocument } from './document.ts';

/**
 * A document, and how long it still lives.
 */
export interface WholeSession {
  readonly document: SessionDocument;
  /** Seconds, or null for ever. */
  readonly expiresIn: number | null;
}

/**
 * Gives the document of a snapshot with a whole head and all entries.
 *
 * @throws {@link UnsupportedSchemaError} (`unsupported_schema`) where a newer release has written it:
 * what it means by its fields is not known here.
 */
export function wholeOf({ head, entries, expiresIn = null }: SessionSnapshot): WholeSession {
  checkSchema(head);
  return { document: { ...head, messages: entries }, expiresIn };
}

/**
 * Checks that it is known here what the fields of a document mean.
 *
 * @throws {@link UnsupportedSchemaError} (`unsupported_schema`) where a newer release has written it.
 */
export function checkSchema({ session_id, state }: DocumentHead): void {
  const schema = state?.schema ?? 0;
  if (schema > SCHEMA) throw new UnsupportedSchemaError(session_id, schema);
}
