/**
 * The clock of the store: that of the machine.
 *
 * @module
 */

/**
 * Unix time in seconds.
 */
export function clock(): number {
  return Date.now() / 1000;
}
