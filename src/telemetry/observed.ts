/**
 * Stores whose calls are told of: the one way that sessions take to their store.
 *
 * @module
 */
import type { StoreSystem } from '../store-system.ts';
import { CALL_CHANNEL } from './call-channel.ts';
import { type CallParams, type Method, told } from './telling.ts';

/** Makes a call, and tells of it while somebody listens. */
type Tell = (params: CallParams | undefined, work: Method) => unknown;

const observers = new WeakMap<object, object>();

/**
 * Gives a store that does what this one does, and tells of every call of a method while somebody
 * listens: of its own methods, and of those of an object that it has. Other properties are those of the
 * store.
 *
 * @param store - Something whose methods all take one object, if anything, and give a promise. Of
 * those that are async generators each step is told, as a call of its own.
 * @param system - What it runs on, where it does not tell itself.
 */
export function observed<T extends object & { readonly system?: () => StoreSystem }>(
  store: T,
  system?: StoreSystem,
): T {
  const channel = CALL_CHANNEL;
  if (channel === null) return store;
  const known = observers.get(store) as T | undefined;
  if (known !== undefined) return known;
  const place = system ?? store.system?.() ?? { name: 'other' };
  const handler: ProxyHandler<object> = {
    has: (_, name) => Reflect.has(store, name),
    get(_, name): unknown {
      const value: unknown = Reflect.get(store, name);
      if (typeof name === 'symbol') return value;
      if (typeof value === 'object' && value !== null) return observed(value, place);
      if (typeof value !== 'function') return value;
      const work: Method = (params) =>
        Reflect.apply(Reflect.get(store, name) as Method, store, [params]);
      const tell: Tell = (params, fn) =>
        channel.hasSubscribers
          ? told(channel, { method: name, system: place, params, work: fn })
          : fn(params);
      const method: Method = isGenerator(value)
        ? (params) => stepsOf(work, params, tell)
        : (params) => tell(params, work);
      // Kept: to ask a proxy with each call would cost more than all the rest.
      Object.defineProperty(observer, name, { value: method });
      return method;
    },
  };
  // What a promise gives is asked for it, with each call: that must not go through the proxy.
  const then = { value: undefined };
  // oxlint-disable-next-line unicorn/no-thenable -- It says that there is none.
  const observer = Object.create(new Proxy({}, handler), { then }) as T;
  observers.set(store, observer);
  return observer;
}

function isGenerator(method: object): boolean {
  return Object.prototype.toString.call(method) === '[object AsyncGeneratorFunction]';
}

/**
 * Tells of each step as a call: what the caller does between two of them is not the store's.
 *
 * @yields What the steps give.
 */
async function* stepsOf(
  work: Method,
  params: CallParams | undefined,
  tell: Tell,
): AsyncGenerator<unknown, void> {
  let retried: CallParams['onRetry'];
  const steps = work({ ...params, onRetry: () => retried?.() }) as AsyncGenerator;
  const step: Method = async (now) => {
    retried = now?.onRetry;
    const result: IteratorResult<unknown> = await steps.next();
    return result.done === true ? null : result.value;
  };
  try {
    for (;;) {
      const got = await tell(params, step);
      if (got === null) return;
      yield got;
    }
  } finally {
    await steps.return(null);
  }
}
