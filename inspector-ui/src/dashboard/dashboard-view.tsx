/**
 * Sums over all sessions, as plots.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useCallback, useEffect } from 'preact/hooks';
import type { Statistics } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { Empty, Failed, Loading } from '../components/state.tsx';
import { dashboardAddress, replace, route } from '../routing/route.ts';
import { Chosen, Typed } from '../sessions/filter-fields.tsx';
import { AGES, type Filters, filtersOf, isFiltered } from '../sessions/filters.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { short, whole } from '../text/numbers.ts';
import { DayPlot } from './day-plot.tsx';
import { RankedBars } from './ranked-bars.tsx';
import { statistics, useStatistics } from './use-statistics.ts';

/** Totals, each day, agents and users. */
export function DashboardView({ query }: { query: URLSearchParams }): JSX.Element {
  const filters = filtersOf(query);
  const { error, isLoading, load } = useStatistics(filters);
  useEffect(() => {
    document.title = 'Dashboard · Inspector';
  }, []);
  useShortcuts([{ keys: 'r', does: 'Read the numbers again', run: load }]);
  const change = useCallback(
    (changed: Partial<Filters>) =>
      replace(dashboardAddress({ ...filtersOf(route.peek().query), ...changed })),
    [],
  );
  const sums = statistics.value;
  return (
    <div class="dashboard scroll" tabIndex={0} role="region" aria-label="Dashboard">
      <div class="dashboard-inner">
        <div class="dashboard-head">
          <h1>Dashboard</h1>
          <span class="grow" />
          <Typed
            label="User"
            value={filters.user}
            offered={Object.keys(sums?.users ?? {})}
            onChange={(user) => change({ user })}
          />
          <Typed
            label="Agent"
            value={filters.agent}
            offered={Object.keys(sums?.agents ?? {})}
            onChange={(agent) => change({ agent })}
          />
          <Chosen
            label="Age"
            value={filters.age}
            options={AGES}
            onChange={(age) => change({ age })}
          />
          <Button onClick={load} disabled={isLoading}>
            {isLoading ? 'Counting…' : 'Refresh'}
          </Button>
        </div>
        <Sums sums={sums} error={error} isFiltered={isFiltered(filters)} onRetry={load} />
      </div>
    </div>
  );
}

function Sums(props: {
  sums: Statistics | null;
  error: unknown;
  isFiltered: boolean;
  onRetry: () => void;
}): JSX.Element {
  const { sums, error, onRetry } = props;
  if (error !== undefined) return <Failed error={error} onRetry={onRetry} />;
  if (sums === null) return <Loading label="Counting all sessions" />;
  if (sums.sessions === 0) {
    return (
      <Empty icon="plot" title={props.isFiltered ? 'No session matches' : 'No sessions yet'}>
        {props.isFiltered ? 'Try another user, agent or age.' : 'There is nothing to count.'}
      </Empty>
    );
  }
  return (
    <>
      <Tiles sums={sums} />
      <DayPlot days={sums.days} />
      <div class="dashboard-columns">
        <RankedBars title="Agents" sums={sums.agents} filterBy="agent" />
        <RankedBars title="Users" sums={sums.users} filterBy="user" />
      </div>
    </>
  );
}

function Tiles({ sums }: { sums: Statistics }): JSX.Element {
  const { sessions, messages, tokens } = sums;
  const tiles = [
    { name: 'Sessions', value: sessions },
    { name: 'Messages', value: messages },
    { name: 'Tokens', value: tokens },
    { name: 'Tokens per session', value: Math.round(tokens / Math.max(sessions, 1)) },
  ];
  return (
    <dl class="tiles">
      {tiles.map(({ name, value }) => (
        <div key={name} class="tile" title={whole(value)}>
          <dt>{name}</dt>
          <dd>{short(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
