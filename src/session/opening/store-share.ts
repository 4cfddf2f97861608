/**
 * The store of one handle, or of a directory: the one that it was given, or a share in one by URL.
 *
 * @module
 */
import type { Deadline } from '../../deadline.ts';
import { StoreClosedError, StoreUnavailableError } from '../../errors.ts';
import { acquireStore, type StoreHandle } from '../../open-store.ts';
import type { SessionStore } from '../../store.ts';
import { observed } from '../../telemetry/observed.ts';
import type { ResolvedOptions } from './session-options.ts';

/** Where a store is, and how long it stays open. */
type SharedPlace = Pick<ResolvedOptions, 'store' | 'url' | 'lingerMs' | 'durability'>;

/**
 * Gives the store, and opens it with the first call that needs it.
 */
export class StoreShare {
  readonly #options: SharedPlace;
  readonly #owner: string;
  #share: Promise<StoreHandle> | null = null;
  #store: SessionStore | null = null;
  #closed = false;

  /**
   * @param owner - What is closed with it, for the error.
   */
  constructor(options: SharedPlace, owner: 'session' | 'directory' = 'session') {
    this.#options = options;
    this.#owner = owner;
  }

  /**
   * Fails when the handle was closed.
   *
   * @throws {@link StoreClosedError} (`store_closed`).
   */
  checkOpen(): void {
    if (this.#closed) throw new StoreClosedError(`The ${this.#owner} is closed`);
  }

  /**
   * @throws {@link StoreUnavailableError} (`store_unavailable`) when it could not be opened in time.
   */
  async store(deadline: Deadline): Promise<SessionStore> {
    return (this.#store ??= observed(this.#options.store ?? (await this.#opened(deadline))));
  }

  async #opened(deadline: Deadline): Promise<SessionStore> {
    const { url, lingerMs, durability } = this.#options;
    const share = (this.#share ??= acquireStore(url, lingerMs, durability));
    // The next call tries again.
    share.catch(() => {
      if (this.#share === share) this.#share = null;
    });
    const { store } = await deadline.limit(share, () =>
      deadline.failure(() => new StoreUnavailableError('The store could not be opened in time')),
    );
    return store;
  }

  /**
   * Gives the share back.
   */
  async release(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A store that could not be opened leaves nothing to release.
    const share = await this.#share?.catch(() => null);
    share?.release();
  }
}
