/**
 * Numbers for people.
 *
 * @module
 */
const WHOLE = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `12,345` */
export function whole(count: number): string {
  return WHOLE.format(count);
}

/** `12.3K` */
export function short(count: number): string {
  return count < 10_000 ? WHOLE.format(count) : SHORT.format(count);
}

/** `1 message`, `2 messages` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}
