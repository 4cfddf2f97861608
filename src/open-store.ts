/**
 * Stores by URL: sessions of one process with the same URL share one store.
 *
 * @module
 */
import type { Durability } from './durability.ts';
import type { DiagnoseParams, StoreDiagnosis } from './doctor/diagnosis.ts';
import { InvalidInputError } from './errors.ts';
import type { SessionStore } from './store.ts';

const DEFAULT_SQLITE_URL = 'sqlite:.json-session/sessions.db';

/**
 * A kind of store that can be opened by URL.
 */
export interface StoreOpener {
  /** The same for every URL that means the same store. */
  readonly key: string;
  readonly open: () => Promise<SessionStore>;
  /** Whether what is kept ends with the store, so that only `closeStores` may close it. */
  readonly isVolatile: boolean;
  /** Looks at the store without opening it for use: what is not there is not created. */
  readonly diagnose: (params: DiagnoseParams) => Promise<StoreDiagnosis>;
}

/** A store in use, and by how many. */
interface SharedStore {
  readonly opening: Promise<SessionStore>;
  handles: number;
  linger: ReturnType<typeof setTimeout> | null;
}

/**
 * A share in a store that others may use too.
 */
export interface StoreHandle {
  readonly store: SessionStore;
  /** Gives the share back; the store closes some time after the last one. */
  release(): void;
}

/**
 * Gives a share in the store that a URL names, opening it where no one has.
 *
 * @param lingerMs - Milliseconds that the store stays open after the last share was given back.
 * @param durability - Of its writes; shares with another one are in another store.
 * @throws {@link InvalidInputError} (`invalid_input`) when the URL names no kind of store, or one that
 * has no such durability.
 */
export async function acquireStore(
  url: string | undefined,
  lingerMs: number,
  durability: Durability = 'acknowledged',
): Promise<StoreHandle> {
  const { key, open, isVolatile } = await findOpener(url ?? defaultStoreUrl(), durability);
  const stores = sharedStores();
  const shared = stores.get(key) ?? { opening: open(), handles: 0, linger: null };
  stores.set(key, shared);
  shared.handles += 1;
  if (shared.linger !== null) clearTimeout(shared.linger);
  const release = (): void => {
    shared.handles -= 1;
    if (shared.handles === 0 && !isVolatile) lingerOn(key, shared, lingerMs);
  };
  try {
    return { store: await shared.opening, release: once(release) };
  } catch (error) {
    if (stores.get(key) === shared) stores.delete(key);
    throw error;
  }
}

/**
 * Looks at the store that a URL names, with a connection of its own.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when the URL names no kind of store.
 */
export async function diagnoseUrl(
  url: string | undefined,
  params: DiagnoseParams,
): Promise<StoreDiagnosis> {
  const { diagnose } = await findOpener(url ?? defaultStoreUrl(), 'acknowledged');
  return diagnose(params);
}

/**
 * Closes every store that sessions of this process have opened by URL; for shutdown hooks. Sessions
 * that are still in use fail from then on with `StoreClosedError`.
 *
 * @example
 * ```ts
 * import { closeStores } from 'agents-json-session';
 *
 * process.once('SIGTERM', () => void closeStores());
 * ```
 */
export async function closeStores(): Promise<void> {
  const stores = sharedStores();
  const open = [...stores.values()];
  stores.clear();
  await Promise.all(
    open.map(async ({ opening, linger }) => {
      if (linger !== null) clearTimeout(linger);
      const store = await opening.catch(() => null);
      await store?.close();
    }),
  );
}

/** By `import()`, so that what opens no store by its URL loads none. */
async function findOpener(url: string, durability: Durability): Promise<StoreOpener> {
  const openers = await import('./openers.ts');
  return openers.findOpener(url, durability);
}

/**
 * Gives the URL of the store that sessions without `url` and `store` are kept in: the environment
 * variable `REDIS_URL`, else a SQLite file in the working directory.
 *
 * @throws `InvalidInputError` (`invalid_input`) where it would be the file and `NODE_ENV` is
 * `production`.
 *
 * @example
 * ```ts
 * import { defaultStoreUrl } from 'agents-json-session';
 *
 * console.log(defaultStoreUrl()); // sqlite:.json-session/sessions.db
 * ```
 */
export function defaultStoreUrl(): string {
  const environment = globalThis.process?.env ?? {};
  const redisUrl = environment['REDIS_URL'] ?? '';
  if (redisUrl !== '') return redisUrl;
  if (environment['NODE_ENV'] === 'production') {
    throw new InvalidInputError(
      'url',
      "is required in production: set REDIS_URL, or name the file with 'sqlite:<path>' (a container loses the default one)",
    );
  }
  return DEFAULT_SQLITE_URL;
}

/** By a global symbol: a reloaded module or a second copy of the package must find the same map. */
function sharedStores(): Map<string, SharedStore> {
  const scope = globalThis as unknown as Record<symbol, Map<string, SharedStore> | undefined>;
  return (scope[Symbol.for('agents-json-session.stores.1')] ??= new Map<string, SharedStore>());
}

function lingerOn(key: string, shared: SharedStore, lingerMs: number): void {
  shared.linger = setTimeout(() => {
    const stores = sharedStores();
    if (stores.get(key) === shared) stores.delete(key);
    shared.opening.then((store) => store.close()).catch(() => {});
  }, lingerMs);
  // Browsers and edge runtimes give a number.
  if (typeof shared.linger === 'object') shared.linger.unref();
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
