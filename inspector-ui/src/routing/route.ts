/**
 * Which view is shown, as the fragment of the address says. A fragment is sent to no server.
 *
 * @module
 */
import { computed, signal } from '@preact/signals';
import { takeToken } from '../api/token.ts';

/** The views, and what each shows. */
export type Route =
  | { view: 'sessions'; query: URLSearchParams }
  | { view: 'session'; sessionId: string; query: URLSearchParams }
  | { view: 'dashboard'; query: URLSearchParams }
  | { view: 'compare'; query: URLSearchParams }
  | { view: 'unknown'; query: URLSearchParams };

const fragment = signal(location.hash);

/** What the address names. */
export const route = computed<Route>(() => routeOf(fragment.value));

/** Follows the address from now on. */
export function followAddress(): void {
  takeToken();
  fragment.value = location.hash;
  globalThis.addEventListener('hashchange', () => {
    takeToken();
    fragment.value = location.hash;
  });
}

/** Gives the route that a fragment names. */
function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/u, '').split('?');
  const query = new URLSearchParams(search);
  const [view = '', ...names] = path.split('/').filter((part) => part !== '');
  if (view === '' || (view === 'sessions' && names.length === 0)) {
    return { view: 'sessions', query };
  }
  const [name] = names;
  if (view === 'sessions' && name !== undefined) {
    return { view: 'session', sessionId: decoded(name), query };
  }
  if (view === 'dashboard' || view === 'compare') return { view, query };
  return { view: 'unknown', query };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Gives the fragment of the list of sessions. */
export function sessionsAddress(query: Record<string, string | undefined> = {}): string {
  return withQuery('#/sessions', query);
}

/** Gives the fragment of a session, or of one of its messages. */
export function sessionAddress(sessionId: string, messageId?: string): string {
  return withQuery(`#/sessions/${encodeURIComponent(sessionId)}`, { message: messageId });
}

/** Gives the fragment of two sessions side by side; what is left out is asked for there. */
export function compareAddress(left?: string, right?: string): string {
  return withQuery('#/compare', { left, right });
}

/** Gives the fragment where what is shown is compared with another session, if it is one. */
export function compareFrom(shown: Route): string {
  return compareAddress(shown.view === 'session' ? shown.sessionId : undefined);
}

/** Gives the fragment of the dashboard. */
export function dashboardAddress(query: Record<string, string | undefined> = {}): string {
  return withQuery('#/dashboard', query);
}

function withQuery(path: string, query: Record<string, string | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, value);
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Goes to a fragment. */
export function go(address: string): void {
  location.hash = address;
}

/** Goes to a fragment without a new step in the history of the browser. */
export function replace(address: string): void {
  history.replaceState(null, '', address);
  fragment.value = address;
}
