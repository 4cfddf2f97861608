/**
 * What is read of an encrypted session without a keyring.
 *
 * @module
 */
import { DecryptionError } from '../errors.ts';
import type { SessionSnapshot } from '../store.ts';
import { isSealedEntry } from './is-sealed.ts';
import { keyIdIn } from './sealed-tag.ts';

/**
 * Gives the error of a snapshot in which something is encrypted.
 */
export function blindRead({ entries, head }: SessionSnapshot): DecryptionError {
  const { session_id: sessionId, handoff_context: context } = head;
  const common = { sessionId, problem: 'no_keyring' } as const;
  const found = entries.find(isSealedEntry);
  return found === undefined
    ? new DecryptionError({
        ...common,
        entryId: null,
        field: 'handoff_context',
        keyId: keyIdIn(context),
      })
    : new DecryptionError({
        ...common,
        entryId: found.id,
        field: 'messages',
        keyId: keyIdIn(found.item),
      });
}
