/**
 * Opens a SQLite store by URL.
 *
 * @module
 */
import { resolve } from 'node:path';
import type { Durability } from '../../durability.ts';
import type { StoreOpener } from '../../open-store.ts';
import { diagnoseFile } from './diagnosis/diagnose-file.ts';
import { checkFsync } from './durability.ts';
import { SqliteStore } from './sqlite-store.ts';

/**
 * Gives the opener for a `sqlite:` URL: `sqlite:relative/path`, `sqlite:/absolute/path`,
 * `sqlite:///absolute/path` or `sqlite::memory:`.
 *
 * @throws `InvalidInputError` (`invalid_input`) when there is no such durability there.
 */
export function sqliteOpener(url: string, durability: Durability): StoreOpener {
  const name = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  const isVolatile = name === ':memory:';
  const path = isVolatile ? name : resolve(name);
  const isSynced = checkFsync(durability, path);
  return {
    key: `sqlite:${durability}:${path}`,
    open: () => SqliteStore.open(path, { durability: isSynced ? 'fsync' : 'acknowledged' }),
    isVolatile,
    diagnose: (params) => diagnoseFile(path, params),
  };
}
