/**
 * Stores that several users share, each as if it were theirs alone.
 *
 * @module
 */
import { StoreClosedError } from '../../src/errors.ts';
import type { SessionStore } from '../../src/store.ts';

/**
 * Gives a store that ends for its user when it is closed, while the one underneath stays open.
 */
export function closableShare(store: SessionStore): SessionStore {
  let closed = false;
  return new Proxy(store, {
    get(target, name): unknown {
      if (name === 'close') {
        return async (): Promise<void> => {
          closed = true;
        };
      }
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        if (closed) throw new StoreClosedError('The store is closed');
        return Reflect.apply(method, target, args);
      };
    },
  });
}
