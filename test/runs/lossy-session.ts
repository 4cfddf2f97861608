/**
 * A store that loses what it was asked or what it answers, once, when it is told to.
 *
 * @module
 */
import { onTestFinished } from 'vitest';
import { JSONSession, OutcomeUnknownError, type SessionStore } from '../../src/index.ts';
import { acquireStore } from '../../src/open-store.ts';
import type { Setting } from './setting.ts';

/**
 * What is lost of a write: the caller cannot tell the one from the other.
 */
export type Loss = 'request' | 'answer';

/**
 * A session whose next write can be made to fail.
 */
export interface LossySession {
  readonly session: JSONSession;
  /** Loses the next write of that kind. */
  readonly lose: (method: 'append' | 'rewrite', loss: Loss) => void;
  /** How many were lost by now. */
  readonly losses: () => number;
}

/**
 * Opens the session over such a store.
 *
 * @param Session - What makes it; left out: `JSONSession`.
 */
export async function openLossySession(
  setting: Setting,
  Session: typeof JSONSession = JSONSession,
): Promise<LossySession> {
  const { keyPrefix, sessionId, ttl } = setting;
  const share = await acquireStore(setting.url, 0);
  onTestFinished(() => share.release());
  const planned = new Map<PropertyKey, Loss>();
  let losses = 0;
  const store = intercept(share.store, async (method, call) => {
    const loss = planned.get(method);
    planned.delete(method);
    const result = loss === 'request' ? undefined : await call();
    if (loss === undefined) return result;
    losses += 1;
    throw new OutcomeUnknownError('lost');
  });
  return {
    session: new Session({ store, keyPrefix, sessionId, ttl }),
    lose: (method, loss) => void planned.set(method, loss),
    losses: () => losses,
  };
}

type Interceptor = (method: PropertyKey, call: () => Promise<unknown>) => Promise<unknown>;

/** Works for stores of any kind, and whatever methods the port has. */
function intercept(store: SessionStore, interceptor: Interceptor): SessionStore {
  return new Proxy(store, {
    get(target, name): unknown {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) =>
        interceptor(name, async () => (await Reflect.apply(method, target, args)) as unknown);
    },
  });
}
