/**
 * A store that is never reached in the same turn of the event loop, as if it were on another machine.
 *
 * An embedded store answers at once. Calls of several callers would then not mix as they do elsewhere,
 * and a case with many of them would keep all timers waiting.
 *
 * @module
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SessionStore } from '../store.ts';

/**
 * Gives a store that waits for the next turn before every call.
 */
export function distant(store: SessionStore): SessionStore {
  return new Proxy(store, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        await nextTurn();
        return Reflect.apply(member, target, args);
      };
    },
  });
}
