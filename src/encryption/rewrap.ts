/**
 * Changing the key of a session.
 *
 * @module
 */
import { InvalidInputError } from '../errors.ts';
import type { CallOptions } from '../session/call-options.ts';
import type { JSONSession } from '../session/session.ts';
import { checkBoolean } from '../session/input-validation.ts';
import { partsOf } from '../session/session-parts.ts';
import type { RewrapReport } from './rewrapping.ts';
import type { SealedStore } from './sealed-store.ts';

/**
 * Options of {@link rewrap}. `timeoutMs` is that of each of its steps.
 */
export interface RewrapOptions extends CallOptions {
  /**
   * Whether it only reads what would be encrypted anew, and that it can be read.
   *
   * @defaultValue `false`
   */
  readonly dryRun?: boolean | undefined;
  /** Is told at the beginning and after every step how far it has come. */
  readonly onProgress?: ((report: RewrapReport) => void) | undefined;
}

/**
 * Encrypts with the current key of the keyring what is not: after the current key has become another
 * one, or, with `migrating`, what is stored unencrypted. It works in steps of up to 500 messages, while
 * others go on writing; what a step has done stays, and a rewrap that ended early is gone on with by the
 * next one. Nothing is decrypted in the store, and no message changes its id, place or time.
 *
 * @throws `InvalidInputError` (`invalid_input`) when the session has no `encryption`.
 * @throws `DecryptionError` (`decryption_failed`) naming the first message that cannot be read.
 * @throws `SessionNotFoundError` (`session_not_found`) when the session was never created.
 * @throws `ConflictError` (`conflict`) when other writers kept changing the history.
 *
 * @example
 * ```ts
 * import { JSONSession } from 'agents-json-session';
 * import { createKeyring, rewrap } from 'agents-json-session/encryption';
 *
 * const [k1, k2] = [new Uint8Array(32), crypto.getRandomValues(new Uint8Array(32))];
 * const encryption = await createKeyring({ current: 'k2', keys: { k1, k2 } });
 * const session = await JSONSession.load('chat-1', { encryption });
 * const { rewrapped } = await rewrap(session);
 * console.log(`${rewrapped} messages no longer need k1`);
 * ```
 */
export async function rewrap(
  session: JSONSession,
  options: RewrapOptions = {},
): Promise<RewrapReport> {
  const { handle } = partsOf(session);
  const { onProgress, dryRun = false, ...call } = options;
  const isDryRun = checkBoolean(dryRun, 'dryRun');
  let report: RewrapReport = { rewrapped: 0, messages: 0 };
  const note = (progress: RewrapReport): void => {
    report = progress;
    onProgress?.(progress);
  };
  await handle.write(handle.newDeadline(call), async (store, common) => {
    if (!('rewrap' in store)) {
      throw new InvalidInputError(
        'encryption',
        'is what rewrap needs, as an option of the session',
      );
    }
    return (store as SealedStore).rewrap({ ...common, note, isDryRun });
  });
  return report;
}
