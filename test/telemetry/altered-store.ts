/**
 * A real store, some of whose methods do something else.
 *
 * @module
 */
import type { SessionStore } from '../../src/index.ts';

/**
 * Gives a store that has these methods instead of its own.
 */
export function alteredStore(
  store: SessionStore,
  methods: Partial<Record<keyof SessionStore, (params: never) => unknown>>,
): SessionStore {
  return new Proxy(store, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
