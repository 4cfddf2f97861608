/**
 * Which sessions a person wants to see, as the address keeps it.
 *
 * @module
 */
import type { Query } from '../api/client.ts';
import { sessionsAddress } from '../routing/route.ts';

const HOUR_MS = 3_600_000;

/** The ages that can be chosen: written within that time. */
export const AGES = [
  { value: '', label: 'Any time', ms: undefined },
  { value: '1h', label: 'Last hour', ms: HOUR_MS },
  { value: '24h', label: 'Last 24 hours', ms: 24 * HOUR_MS },
  { value: '7d', label: 'Last 7 days', ms: 7 * 24 * HOUR_MS },
  { value: '30d', label: 'Last 30 days', ms: 30 * 24 * HOUR_MS },
] as const;

/** The orders that can be chosen. */
export const ORDERS = [
  { value: '', label: 'Last written', query: { order: 'updated', descending: true } },
  { value: 'created', label: 'Newest', query: { order: 'created', descending: true } },
  { value: 'oldest', label: 'Oldest', query: { order: 'created', descending: false } },
  { value: 'id', label: 'Id', query: { order: 'id', descending: false } },
] as const;

/** What a person has chosen; empty is anything. */
export interface Filters {
  text: string;
  user: string;
  agent: string;
  age: string;
  order: string;
  parent: string;
}

/** Gives what the address says. */
export function filtersOf(query: URLSearchParams): Filters {
  const given = (name: string): string => query.get(name) ?? '';
  return {
    text: given('text'),
    user: given('user'),
    agent: given('agent'),
    age: given('age'),
    order: given('order'),
    parent: given('parent'),
  };
}

/** Gives the address of a list. */
export function filtersAddress(filters: Filters): string {
  return sessionsAddress({ ...filters });
}

/** Gives what the server is asked for, without the order. */
export function filterQuery({ user, agent, age, parent }: Filters): Query {
  return { user, agent, since: sinceOf(age), parent };
}

/** Gives the time from which on something has an age, if it need have one. */
export function sinceOf(age: string): string | undefined {
  const ms = AGES.find(({ value }) => value === age)?.ms;
  return ms === undefined ? undefined : new Date(Date.now() - ms).toISOString();
}

/** Gives the order that the server is asked for. */
export function orderQuery({ order }: Filters): { order: string; descending: boolean } {
  const { query } = ORDERS.find(({ value }) => value === order) ?? ORDERS[0];
  return query;
}

/** Whether sessions are left out. */
export function isFiltered({ user, agent, age, parent }: Filters): boolean {
  return [user, agent, age, parent].some((value) => value !== '');
}
