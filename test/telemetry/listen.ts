/**
 * Listening to the calls to stores, as a subscriber of the channel.
 *
 * @module
 */
import { tracingChannel, type TracingChannelSubscribers } from 'node:diagnostics_channel';
import { onTestFinished } from 'vitest';

import type { StoreCall } from '../../src/index.ts';

/**
 * What was heard, in order.
 */
export interface Heard {
  /** Of each event of the channel its name, and the call. */
  readonly events: { readonly event: string; readonly call: StoreCall }[];
  /** The calls that have ended. */
  readonly ended: StoreCall[];
}

/**
 * Listens for the rest of a test.
 */
export function listen(): Heard {
  const channel = tracingChannel<string, StoreCall>('agents-json-session:call');
  const heard: Heard = { events: [], ended: [] };
  const hear =
    (event: string) =>
    (call: unknown): void => {
      heard.events.push({ event, call: call as StoreCall });
      if (event === 'asyncEnd') heard.ended.push(call as StoreCall);
    };
  const names = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
  const subscribers = Object.fromEntries(
    names.map((name) => [name, hear(name)]),
  ) as unknown as TracingChannelSubscribers<StoreCall>;
  channel.subscribe(subscribers);
  onTestFinished(() => {
    channel.unsubscribe(subscribers);
  });
  return heard;
}
