/**
 * The channel that calls to stores are told on. Nothing is loaded for it, and nothing told where the
 * runtime has no `diagnostics_channel`.
 *
 * @module
 */
import type { StoreCall } from './store-call.ts';

/**
 * Is told of calls: `start` when one begins, in the context of the caller, `asyncEnd` when it has
 * ended, `error` before that when it has failed.
 */
type StoreCallSubscribers = Partial<
  Record<'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error', (call: StoreCall) => void>
>;

/**
 * What is used of a `TracingChannel`.
 */
export interface CallChannel {
  readonly hasSubscribers: boolean;
  subscribe(subscribers: StoreCallSubscribers): void;
  unsubscribe(subscribers: StoreCallSubscribers): unknown;
  /** Calls the function and tells of it; what it gives becomes `result` of the call. */
  tracePromise(fn: () => Promise<string>, call: StoreCall): Promise<string>;
}

interface Builtins {
  getBuiltinModule?(id: 'node:diagnostics_channel'): DiagnosticsChannels | undefined;
}

interface DiagnosticsChannels {
  tracingChannel?(name: string): unknown;
}

function openChannel(): CallChannel | null {
  const builtins = globalThis.process as Builtins | undefined;
  const channels = builtins?.getBuiltinModule?.('node:diagnostics_channel');
  // Channels are known by their names: all copies of the package have this one.
  return (channels?.tracingChannel?.('agents-json-session:call') ?? null) as CallChannel | null;
}

/** Null where the runtime has none. */
export const CALL_CHANNEL: CallChannel | null = openChannel();
