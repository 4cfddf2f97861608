/**
 * Waiting that can be ended.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Waits, or until the signal is there.
 */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal, ref: false }).catch(() => {});
}
