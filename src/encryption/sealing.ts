/**
 * Whether a session is encrypted, and what follows for what goes to its store and comes from it.
 *
 * @module
 */
import type { SessionSnapshot, SessionStore } from '../store.ts';
import type { ResolvedOptions } from '../session/opening/session-options.ts';
import { observed } from '../telemetry/observed.ts';
import type { Encryption } from './keyring.ts';
import { isSealed, isSealedEntry } from './is-sealed.ts';
import { sealedPartsOf } from './sealed-parts.ts';

/**
 * Stands between one handle and its store. The ciphers are loaded by those who need them.
 */
export class Sealing {
  readonly #encryption: Encryption | null;
  readonly #given: SessionStore | null;
  readonly #check: (snapshot: SessionSnapshot) => void;
  #sealed: { readonly over: SessionStore; readonly store: SessionStore } | null = null;

  /**
   * @param options - Those of the session: how it is encrypted, if it is, and the store that it was given.
   * @param check - Sees what was read before it is opened, and throws where it is not the caller's.
   */
  constructor(
    { encryption, store }: Pick<ResolvedOptions, 'encryption' | 'store'>,
    check: (snapshot: SessionSnapshot) => void,
  ) {
    this.#encryption = encryption;
    this.#given = store;
    this.#check = check;
  }

  /** Gives the store as the session is to use it. */
  async over(store: SessionStore): Promise<SessionStore> {
    const encryption = this.#encryption;
    if (encryption === null) return store;
    const { SealedStore } = await import('./sealed-store.ts');
    if (this.#sealed?.over !== store) {
      // What is given a store that encrypts is encrypted once, and by the session, which checks first.
      const under = this.#given === null ? undefined : sealedPartsOf(this.#given)?.store;
      const kept = under === undefined ? store : observed(under);
      const sealed = new SealedStore(kept, encryption, this.#check);
      this.#sealed = { over: store, store: sealed };
    }
    return this.#sealed.store;
  }

  /**
   * Checks that a session without a keyring has read nothing that is encrypted.
   *
   * @param what - `'messages'` where nobody looks at the handoff context.
   * @throws `DecryptionError` (`decryption_failed`) naming the entry.
   */
  async check(snapshot: SessionSnapshot, what: 'messages' | 'all'): Promise<void> {
    if (this.#encryption !== null) return;
    const { entries, head } = snapshot;
    const isContextSealed = what === 'all' && isSealed(head.handoff_context);
    if (!isContextSealed && !entries.some(isSealedEntry)) return;
    const { blindRead } = await import('./blind-read.ts');
    throw blindRead(snapshot);
  }
}
