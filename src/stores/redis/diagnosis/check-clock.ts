/**
 * Whether the server's clock and that of this process agree.
 *
 * @module
 */
import { type Checked, found } from './check.ts';
import type { RedisFinding } from './findings.ts';
import { listOf } from './reply-shape.ts';

const MOST_DIFFERENCE_MS = 1000;

/**
 * Compares the clocks. The server read its own at some moment between asking and answer, so only what
 * is more than the wait counts.
 */
export async function checkClock({ probe }: Checked): Promise<RedisFinding[]> {
  const asked = performance.now();
  const [seconds, microseconds] = listOf(await probe.reply('TIME')).map(Number);
  const wait = performance.now() - asked;
  if (seconds === undefined || microseconds === undefined) {
    return [found('clock_not_checked', "The server's clock could not be read.")];
  }
  const difference = seconds * 1000 + microseconds / 1000 - (Date.now() - wait / 2);
  if (Math.abs(difference) - wait / 2 < MOST_DIFFERENCE_MS) return [];
  const amount = `${(Math.abs(difference) / 1000).toFixed(1)} s`;
  const direction = difference > 0 ? 'ahead of' : 'behind';
  return [found('clock_differs', `The server's clock is ${amount} ${direction} this process.`)];
}
