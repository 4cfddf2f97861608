/**
 * A store that looks at the stored document after every call.
 *
 * @module
 */
import { checkConsistency } from './document-consistency.ts';
import type { StoreContractOptions } from './contract.ts';
import type { DirectoryStore } from '../directory-store.ts';
import type {
  AppendParams,
  CreateParams,
  ExistingParams,
  LockParams,
  ReadParams,
  ReplaceParams,
  ReplaceResult,
  RestoreParams,
  RewriteParams,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  UnlockParams,
  WriteParams,
  WriteResult,
} from '../store.ts';

/**
 * Passes every call on and then checks the document that it was about.
 */
export class CheckedStore implements SessionStore {
  /** The store itself: for many calls at once, and for documents that are wrong on purpose. */
  readonly unchecked: SessionStore;
  /** Every key that a write was about. */
  readonly usedKeys: Set<string> = new Set();
  readonly timeoutMs?: number;
  readonly directory?: DirectoryStore;
  readonly query?: NonNullable<SessionStore['query']>;
  readonly #options: StoreContractOptions;

  constructor(store: SessionStore, options: StoreContractOptions) {
    this.unchecked = store;
    this.#options = options;
    if (store.timeoutMs !== undefined) this.timeoutMs = store.timeoutMs;
    if (store.directory !== undefined) this.directory = store.directory;
    if (store.query !== undefined) this.query = async (params) => store.query!(params);
  }

  async create(params: CreateParams): Promise<WriteResult> {
    return this.#checkWrite(params, () => this.unchecked.create(params));
  }

  async read(params: ReadParams): Promise<SessionSnapshot | null> {
    const snapshot = await this.unchecked.read(params);
    await this.#check(params, false);
    return snapshot;
  }

  async append(params: AppendParams): Promise<WriteResult> {
    return this.#checkWrite(params, () => this.unchecked.append(params));
  }

  async rewrite(params: RewriteParams): Promise<WriteResult | null> {
    return this.#checkWrite(params, () => this.unchecked.rewrite(params));
  }

  async replace(params: ReplaceParams): Promise<ReplaceResult | null> {
    return this.#checkWrite(params, () => this.unchecked.replace(params));
  }

  async touch(params: WriteParams): Promise<WriteResult> {
    const result = await this.unchecked.touch(params);
    await this.#check(params, false);
    return result;
  }

  async lock(params: LockParams): Promise<WriteResult> {
    return this.#checkWrite(params, () => this.unchecked.lock(params));
  }

  async unlock(params: UnlockParams): Promise<void> {
    await this.#checkWrite(params, () => this.unchecked.unlock(params));
  }

  async delete(params: ExistingParams): Promise<boolean> {
    const deleted = await this.unchecked.delete(params);
    await this.#check(params, false);
    return deleted;
  }

  async restore(params: RestoreParams): Promise<WriteResult> {
    return this.#checkWrite(params, () => this.unchecked.restore(params));
  }

  async close(): Promise<void> {
    await this.unchecked.close();
  }

  async #checkWrite<T>(address: SessionAddress, write: () => Promise<T>): Promise<T> {
    this.usedKeys.add(address.key);
    const result = await write();
    await this.#check(address, true);
    return result;
  }

  async #check({ key }: SessionAddress, written: boolean): Promise<void> {
    const document = await this.#options.readDocument?.(key);
    if (document == null) return;
    this.#options.checkDocument?.(document);
    if (written) checkConsistency(document);
  }
}
