/**
 * Documents that begin another life: in a fork, an import or a copy.
 *
 * @module
 */
import { jsonBytes } from '../items/json-size.ts';
import type { RestorableDocument } from '../store.ts';
import { hiddenId } from './history-walk.ts';
import {
  type DocumentState,
  type MessageEntry,
  newState,
  type SessionDocument,
} from './document.ts';

/**
 * What a document begins its life with.
 */
export interface NewLife {
  /** 32 hexadecimal digits, random. */
  readonly incarnation: string;
  /** Seconds that every write sets the expiry to, or null for none. */
  readonly ttl: number | null;
}

/**
 * Gives a document with a life of its own: nobody has written to it yet, and nobody has it to
 * themselves. What it holds is as it was, fields that are not known here too; the model's view begins
 * where it began, as long as that entry is there.
 */
export function withNewLife(
  document: SessionDocument,
  { incarnation, ttl }: NewLife,
): RestorableDocument {
  const { messages, metadata } = document;
  return {
    operations: {},
    attributes: {},
    usage: {},
    ...document,
    metadata: { ...metadata, message_count: messages.length },
    state: {
      ...document.state,
      ...newState(incarnation, ttl),
      history_start: viewStart(document),
      bytes: entriesBytes(messages),
    },
  };
}

/**
 * Tells where the model's view of a document begins, by the entry that is named and not by its number.
 */
export function viewStart(
  document: Pick<SessionDocument, 'state' | 'messages'>,
): DocumentState['history_start'] {
  const id = hiddenId(document);
  const index = id === null ? -1 : document.messages.findLastIndex((entry) => entry.id === id);
  return id === null || index === -1 ? null : { index: index + 1, id };
}

/**
 * Gives about how many bytes of JSON entries take.
 */
export function entriesBytes(messages: readonly MessageEntry[]): number {
  return messages.reduce((sum, entry) => sum + jsonBytes(entry), 0);
}
