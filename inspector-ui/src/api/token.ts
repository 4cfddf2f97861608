/**
 * The token that every request carries.
 *
 * @module
 */
import { signal } from '@preact/signals';

const KEY = 'inspector-token';
const IN_ADDRESS = /^#(?:.*&)?token=([^&]+)/u;

/** The token, or null while nobody has given one. */
export const token = signal<string | null>(null);

/**
 * Takes the token out of the address, where the command has put it, and keeps it for this tab alone.
 */
export function takeToken(): void {
  const [, given] = IN_ADDRESS.exec(location.hash) ?? [];
  if (given === undefined) {
    token.value = sessionStorage.getItem(KEY);
    return;
  }
  setToken(decodeURIComponent(given));
  history.replaceState(null, '', `${location.pathname}${location.search}#/`);
}

/** Keeps a token that a person has typed. */
export function setToken(given: string): void {
  sessionStorage.setItem(KEY, given);
  token.value = given;
}

/** Forgets a token that was refused. */
export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  token.value = null;
}
