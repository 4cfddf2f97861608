/**
 * The store that is looked into: its sessions, its directory, and itself.
 *
 * @module
 */
import { SessionDirectory } from '../directory/index.ts';
import { SessionNotFoundError } from '../errors.ts';
import { JSONSession, type SessionSnapshot, type SessionStore } from '../index.ts';
import { acquireStore, type StoreHandle } from '../open-store.ts';
import type { CallOptions } from '../session/call-options.ts';
import type { ResolvedInspectorOptions } from './inspector-options.ts';

/**
 * Gives handles on what is in a store.
 */
export class InspectedStore {
  readonly keyPrefix: string;
  readonly directory: SessionDirectory;
  readonly #place: Pick<ResolvedInspectorOptions, 'store' | 'url' | 'keyPrefix' | 'timeoutMs'>;
  readonly #encryption: ResolvedInspectorOptions['encryption'];
  #share: Promise<StoreHandle> | null = null;

  /**
   * Makes no connection.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   */
  constructor({ store, url, keyPrefix, timeoutMs, encryption }: ResolvedInspectorOptions) {
    this.#encryption = encryption;
    this.#place = { store, url, keyPrefix, timeoutMs };
    this.keyPrefix = keyPrefix;
    this.directory = new SessionDirectory(this.#place);
  }

  /**
   * The store itself.
   *
   * @throws `StoreUnavailableError` (`store_unavailable`).
   */
  async store(): Promise<SessionStore> {
    const { store, url } = this.#place;
    if (store !== undefined) return store;
    const share = (this.#share ??= acquireStore(url, 0));
    try {
      return (await share).store;
    } catch (error) {
      if (this.#share === share) this.#share = null;
      throw error;
    }
  }

  /** A handle on a session, which may not be there; close it. */
  session(sessionId: string): JSONSession {
    return new JSONSession({ ...this.#place, encryption: this.#encryption, sessionId });
  }

  /**
   * A handle on a session that is there; close it.
   *
   * @throws `SessionNotFoundError` (`session_not_found`).
   */
  async loaded(sessionId: string): Promise<JSONSession> {
    const session = this.session(sessionId);
    try {
      await session.getMetadata();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /**
   * The head of a session, or null where there is none.
   */
  async head(
    sessionId: string,
    { signal, wholeHead }: CallOptions & { wholeHead?: boolean } = {},
  ): Promise<SessionSnapshot | null> {
    const store = await this.store();
    return store.read({
      key: this.keyPrefix + sessionId,
      sessionId,
      entries: { kind: 'none' },
      wholeHead: wholeHead ?? false,
      timeoutMs: this.#place.timeoutMs,
      signal,
    });
  }

  /**
   * The head of a session with all that is in it.
   *
   * @throws `SessionNotFoundError` (`session_not_found`).
   */
  async wholeHead(sessionId: string, signal: AbortSignal): Promise<SessionSnapshot> {
    const snapshot = await this.head(sessionId, { signal, wholeHead: true });
    if (snapshot === null) throw new SessionNotFoundError(sessionId);
    return snapshot;
  }

  /** Gives connections back; a `store` that was passed in stays open. */
  async close(): Promise<void> {
    const share = this.#share;
    this.#share = null;
    await this.directory.close();
    const handle = await share?.catch(() => null);
    handle?.release();
  }
}
