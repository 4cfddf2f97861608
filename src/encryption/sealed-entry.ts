/**
 * Entries whose text is encrypted: `content` is empty, `item` is the tag, and all else is readable and
 * bound to the text.
 *
 * @module
 */
import { isSealed } from './is-sealed.ts';
import type { JsonValue, MessageEntry } from '../document/document.ts';
import { DecryptionError } from '../errors.ts';
import type { NewEntry } from '../store.ts';
import { type Life, openText, sealText, type SealedPlace } from './sealed-text.ts';
import type { SessionKey, KeySource } from './session-keys.ts';
import { readTag, type Sealed, toTag } from './sealed-tag.ts';

/**
 * The session whose entries these are.
 */
export interface SealedSession {
  readonly sessionId: string;
  readonly life: Life;
}

type AnyEntry = NewEntry | MessageEntry;

/**
 * Encrypts an entry.
 */
export async function sealEntry<E extends AnyEntry>(
  entry: E,
  key: SessionKey,
  session: SealedSession,
  nonce?: Uint8Array<ArrayBuffer>,
): Promise<E> {
  const { content, item, ...readable } = entry;
  const transcript = entry.role === 'tool' && item === undefined;
  const text = JSON.stringify(item === undefined ? { content } : { content, item });
  const place = placeOf(readable, session, transcript);
  const sealed = await sealText(text, key, place, nonce);
  const tag = toTag(transcript ? { ...sealed, transcript } : sealed);
  return { ...entry, content: '', item: tag } as unknown as E;
}

/**
 * Decrypts an entry. One that is not encrypted is given as it is where the session is migrating.
 *
 * @throws {@link DecryptionError} (`decryption_failed`) naming the entry.
 */
export async function openEntry(
  entry: MessageEntry,
  keys: KeySource,
  session: SealedSession & { readonly migrating: boolean },
): Promise<MessageEntry> {
  const { sessionId } = session;
  const failure = { sessionId, entryId: entry.id, field: 'messages' } as const;
  const { content, item: tag, ...readable } = entry;
  if (!isSealed(tag)) {
    if (session.migrating) return entry;
    throw new DecryptionError({ ...failure, problem: 'not_encrypted' });
  }
  const place = ({ transcript }: Sealed): SealedPlace =>
    placeOf(readable, session, transcript === true);
  const { text, sealed } = await openText(tag, keys, place, failure);
  if (content !== '') {
    throw new DecryptionError({ ...failure, keyId: sealed.kid, problem: 'not_authentic' });
  }
  const said = JSON.parse(text) as Pick<MessageEntry, 'content' | 'item'>;
  // Members stay where they were: a copy is compared with what it is of.
  const { item: _tag, ...withoutItem } = { ...entry, ...said };
  return Object.hasOwn(said, 'item') ? { ...entry, ...said } : withoutItem;
}

/**
 * Gives an entry as a visitor sees it, which looks at what can be read: an entry that has an item is
 * still one that has an item, and an input is still an input.
 */
export function readableEntry(entry: MessageEntry): MessageEntry {
  if (!isSealed(entry.item)) return entry;
  const { item: tag, ...readable } = entry;
  const hasItem = readable.role === 'tool' && readTag(tag)?.transcript !== true;
  return hasItem ? { ...readable, item: { type: 'function_call_result' } } : readable;
}

/**
 * The id of the key that an entry is encrypted with, or null where it is not.
 */
export function keyIdOf({ item }: MessageEntry): string | null {
  return readTag(item)?.kid ?? null;
}

/** What other programs have put there in another shape is not bound: it may be printed anew. */
function placeOf(
  entry: Omit<AnyEntry, 'content' | 'item'>,
  { sessionId, life }: SealedSession,
  transcript: boolean,
): SealedPlace {
  const { id, role, agent, tokens, handoff, compaction, failed } = entry as MessageEntry;
  const within: JsonValue[] = [
    'entry',
    id,
    role,
    typeof agent === 'string' ? agent : null,
    Number.isSafeInteger(tokens) ? tokens : null,
    typeof handoff?.from === 'string' && typeof handoff.to === 'string'
      ? [handoff.from, handoff.to]
      : null,
    compaction === true,
    failed === true,
    transcript,
  ];
  return { sessionId, life, within };
}
