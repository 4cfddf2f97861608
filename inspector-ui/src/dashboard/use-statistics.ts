/**
 * Sums over all sessions, as they were read last.
 *
 * @module
 */
import { signal } from '@preact/signals';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { isAbort, request } from '../api/client.ts';
import type { Statistics } from '../api/types.ts';
import { type Filters, filterQuery } from '../sessions/filters.ts';

/** Shown while other ones are on their way. */
export const statistics = signal<Statistics | null>(null);

/** Reads them when the filters change, and when they are asked for. */
export function useStatistics(filters: Filters): {
  error: unknown;
  isLoading: boolean;
  load: () => void;
} {
  const { user, agent, age } = filters;
  const [error, setError] = useState<unknown>();
  const [isLoading, setLoading] = useState(false);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const ending = new AbortController();
    const read = async (): Promise<void> => {
      setLoading(true);
      try {
        const query = filterQuery(filters);
        statistics.value = await request('stats', { query, signal: ending.signal });
        setError(undefined);
      } catch (failure) {
        if (isAbort(failure)) return;
        setError(failure);
      }
      setLoading(false);
    };
    void read();
    return () => ending.abort();
  }, [user, agent, age, attempt]);
  const load = useCallback(() => setAttempt((before) => before + 1), []);
  return { error, isLoading, load };
}
