/**
 * The handoff context of an encrypted session.
 *
 * @module
 */
import { isSealed } from './is-sealed.ts';
import type { JsonValue } from '../document/document.ts';
import { canonicalText } from '../items/canonical-text.ts';
import { DecryptionError } from '../errors.ts';
import type { SealedSession } from './sealed-entry.ts';
import { openText, sealText, type SealedPlace } from './sealed-text.ts';
import type { SessionKey, KeySource } from './session-keys.ts';
import { toTag } from './sealed-tag.ts';

/**
 * Encrypts a handoff context; null stays as it is.
 */
export async function sealContext(
  context: JsonValue,
  key: SessionKey,
  session: SealedSession,
): Promise<JsonValue> {
  if (context === null) return null;
  return toTag(await sealText(JSON.stringify(context), key, placeOf(session)));
}

/**
 * Decrypts a handoff context. One that is not encrypted is given as it is where the session is
 * migrating.
 *
 * @throws {@link DecryptionError} (`decryption_failed`).
 */
export async function openContext(
  context: JsonValue,
  keys: KeySource,
  session: SealedSession & { readonly migrating: boolean },
): Promise<JsonValue> {
  const failure = {
    sessionId: session.sessionId,
    entryId: null,
    field: 'handoff_context',
  } as const;
  if (context === null) return null;
  if (isSealed(context)) {
    const { text } = await openText(context, keys, () => placeOf(session), failure);
    return JSON.parse(text) as JsonValue;
  }
  if (session.migrating) return context;
  throw new DecryptionError({ ...failure, problem: 'not_encrypted' });
}

/**
 * Gives a stored handoff context if it says what was read of it, else undefined.
 */
export async function sealedInPlaceOf(
  read: JsonValue,
  stored: JsonValue,
  { keys, session }: { keys: KeySource; session: SealedSession & { readonly migrating: boolean } },
): Promise<JsonValue | undefined> {
  const opened = await openContext(stored, keys, session);
  return canonicalText(opened) === canonicalText(read) ? stored : undefined;
}

function placeOf({ sessionId, life }: SealedSession): SealedPlace {
  return { sessionId, life, within: ['handoff_context'] };
}
