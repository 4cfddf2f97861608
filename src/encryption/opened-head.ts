/**
 * Heads of encrypted sessions.
 *
 * @module
 */
import type { DocumentHead, MessageEntry } from '../document/document.ts';
import { incarnationOf } from '../document/incarnation.ts';
import { entriesBytes } from '../document/new-life.ts';
import type { ReadParams } from '../store.ts';
import { openMarks, openOrigin } from './keyed-digests.ts';
import { openContext } from './sealed-context.ts';
import type { SealedSession } from './sealed-entry.ts';
import type { KeySource } from './session-keys.ts';

/**
 * What a head is opened with.
 */
export interface OpenedBeside {
  readonly keys: KeySource;
  readonly session: SealedSession & { readonly migrating: boolean };
  /** What was read of its entries, opened. */
  readonly entries: readonly MessageEntry[];
}

/**
 * Gives a head as it was before it was sealed.
 *
 * @throws `DecryptionError` (`decryption_failed`).
 */
export async function openedHead(
  head: DocumentHead,
  { briefHead, wholeHead }: Pick<ReadParams, 'briefHead' | 'wholeHead'>,
  { keys, session, entries }: OpenedBeside,
): Promise<DocumentHead> {
  const origin = await openedOrigin(head, keys);
  if (briefHead === true) return { ...head, handoff_context: null, ...origin };
  const handoff_context = await openContext(head.handoff_context, keys, session);
  const usage = await openedUsage(head, keys);
  // A whole document tells how large it is as it comes out.
  const state = wholeHead === true ? withBytesOf(head, entries) : {};
  return { ...head, handoff_context, ...usage, ...origin, ...state };
}

function withBytesOf(
  { state }: DocumentHead,
  entries: readonly MessageEntry[],
): Pick<DocumentHead, 'state'> {
  return state?.bytes === undefined ? {} : { state: { ...state, bytes: entriesBytes(entries) } };
}

async function openedUsage(
  { usage, user_id }: DocumentHead,
  keys: KeySource,
): Promise<Pick<DocumentHead, 'usage'>> {
  const marks: unknown = usage?.marks;
  if (usage === undefined || typeof marks !== 'string') return {};
  return { usage: { ...usage, marks: await openMarks(marks, keys, user_id) } };
}

async function openedOrigin(
  head: DocumentHead,
  keys: KeySource,
): Promise<Pick<DocumentHead, 'import'>> {
  const { import: origin, user_id: userId } = head;
  if (origin === undefined) return {};
  return { import: await openOrigin(origin, keys, { userId, incarnation: incarnationOf(head) }) };
}
