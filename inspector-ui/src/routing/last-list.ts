/**
 * The list as it was left: its filters, order and search.
 *
 * @module
 */
import { effect } from '@preact/signals';
import { route, sessionsAddress } from './route.ts';

/** Two inspectors can be served by one host. */
const KEY = `inspector-list ${location.pathname}`;

/** Remembers for this tab, from now on, what the list shows. */
export function rememberList(): void {
  effect(() => {
    const { view, query } = route.value;
    if (view !== 'sessions') return;
    sessionStorage.setItem(KEY, sessionsAddress(Object.fromEntries(query)));
  });
}

/** Gives the fragment of the list as it was left, or of all sessions where it was not shown yet. */
export function lastListAddress(): string {
  return sessionStorage.getItem(KEY) ?? sessionsAddress();
}
