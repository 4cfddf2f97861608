/**
 * Opens a SQLite store by URL.
 *
 * @module
 */
import { resolve } from 'node:path';
import type { StoreOpener } from '../../open-store.ts';
import { diagnoseFile } from './diagnosis/diagnose-file.ts';
import { SqliteStore } from './sqlite-store.ts';

/**
 * Gives the opener for a `sqlite:` URL: `sqlite:relative/path`, `sqlite:/absolute/path`,
 * `sqlite:///absolute/path` or `sqlite::memory:`.
 */
export function sqliteOpener(url: string): StoreOpener {
  const name = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  const isVolatile = name === ':memory:';
  const path = isVolatile ? name : resolve(name);
  return {
    key: `sqlite:${path}`,
    open: () => SqliteStore.open(path),
    isVolatile,
    diagnose: (params) => diagnoseFile(path, params),
  };
}
