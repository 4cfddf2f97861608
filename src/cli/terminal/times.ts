/**
 * Times as people say them.
 *
 * @module
 */

const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/**
 * Gives how far a time is from another one: `5 min. ago`, `in 2 days`.
 */
export function fromNow(time: Date, now: Date = new Date()): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  const [unit, length] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ['second', 1];
  return RELATIVE.format(Math.trunc(seconds / length), unit);
}

/**
 * Gives a time to the second, in the zone of this machine.
 */
export function clockTime(time: Date): string {
  const offset = time.getTimezoneOffset() * 60_000;
  return new Date(time.getTime() - offset).toISOString().slice(0, 19).replace('T', ' ');
}
