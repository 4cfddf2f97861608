/**
 * What one case of the contract works with: two stores over the same data, as two processes would have
 * them, and keys that nobody else uses.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { CheckedStore } from './checked-store.ts';
import type { StoreContractOptions } from './contract.ts';
import { distant } from './distant-store.ts';
import type { SessionDocument } from '../document/document.ts';
import { hasCode } from '../errors.ts';
import { JSONSession } from '../session/session.ts';
import type { JSONSessionOptions } from '../session/opening/session-options.ts';
import { randomHex } from '../random-ids.ts';
import type { SessionStore } from '../store.ts';

/**
 * The surroundings of one case.
 */
export class CaseScope {
  readonly keyPrefix: string = `contract:${randomHex(8)}:`;
  /** The store of this process; with `readDocument`, documents are checked after every call. */
  readonly store: CheckedStore;
  /** The store as another process has it. */
  readonly otherStore: CheckedStore;
  readonly #options: StoreContractOptions;
  readonly #plantedKeys = new Set<string>();

  private constructor(options: StoreContractOptions, store: SessionStore, other: SessionStore) {
    this.#options = options;
    this.store = new CheckedStore(store, options);
    this.otherStore = new CheckedStore(other, options);
  }

  /**
   * Runs a case and cleans up behind it.
   */
  static async use(
    options: StoreContractOptions,
    run: (scope: CaseScope) => Promise<void>,
  ): Promise<void> {
    const stores = [distant(await options.open()), distant(await options.open())] as const;
    const scope = new CaseScope(options, ...stores);
    try {
      await run(scope);
    } finally {
      await scope.#cleanUp();
    }
  }

  /**
   * Gives a handle on a session in the store of this process.
   */
  session(options: JSONSessionOptions = {}): JSONSession {
    return new JSONSession(this.options(options));
  }

  /**
   * Gives a handle on a session as another process has it.
   */
  elsewhere(sessionId: string, options: JSONSessionOptions = {}): JSONSession {
    return new JSONSession(this.options({ store: this.otherStore, sessionId, ...options }));
  }

  /**
   * Creates a session in the store of this process.
   */
  async created(options: JSONSessionOptions = {}): Promise<JSONSession> {
    return JSONSession.create(this.options(options));
  }

  /**
   * Completes options with the store of this process and the prefix of this case.
   */
  options(options: JSONSessionOptions = {}): JSONSessionOptions {
    return { store: this.store, keyPrefix: this.keyPrefix, ...options };
  }

  /**
   * Opens one more store, which the case must close.
   */
  async open(): Promise<SessionStore> {
    return this.#options.open();
  }

  /**
   * Gives the key of a session.
   */
  key(sessionId: string): string {
    return `${this.keyPrefix}${sessionId}`;
  }

  /**
   * Gives the stored document of a session.
   */
  async document(sessionId: string): Promise<SessionDocument> {
    const document = await this.#options.readDocument?.(this.key(sessionId));
    assert.ok(document != null, `there is no document of session ${sessionId}`);
    return document as SessionDocument;
  }

  /**
   * Puts a document in the place of a session's, as another program would.
   */
  async plant(sessionId: string, document: unknown): Promise<void> {
    this.#plantedKeys.add(this.key(sessionId));
    await this.#options.writeDocument?.(this.key(sessionId), document);
  }

  async #cleanUp(): Promise<void> {
    const keys = [this.store.usedKeys, this.otherStore.usedKeys, this.#plantedKeys];
    const store = this.store.unchecked;
    for (const key of new Set(keys.flatMap((some) => [...some]))) {
      const expect = { incarnation: null, userId: null };
      const address = { key, sessionId: key.slice(this.keyPrefix.length) };
      await store.delete({ ...address, expect }).catch((error: unknown) => {
        // A case that failed can have left a lock behind; its own error is the one to report.
        if (!hasCode(error, 'session_locked')) throw error;
      });
    }
    await Promise.all([store.close(), this.otherStore.unchecked.close()]);
  }
}
