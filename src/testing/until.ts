/**
 * Waiting for what another process or a clock brings about.
 *
 * @module
 */
import { AssertionError } from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;
const PATIENCE_MS = 30_000;

/**
 * Waits until a condition holds.
 *
 * @param what - What is waited for, for the error when it never comes.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      throw new AssertionError({ message: `waited ${PATIENCE_MS} ms in vain until ${what}` });
    }
    await pause(POLL_MS);
  }
}
