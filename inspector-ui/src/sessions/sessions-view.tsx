/**
 * All sessions.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import { listen } from '../api/event-stream.ts';
import type { ListedSession } from '../api/types.ts';
import { Empty, Failed, Loading } from '../components/state.tsx';
import { type ListHandle, VirtualList } from '../components/virtual-list.tsx';
import { replace, route } from '../routing/route.ts';
import { info } from '../shell/server.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { isNarrow } from '../shell/screen.ts';
import { counted } from '../text/numbers.ts';
import { FilterBar } from './filter-bar.tsx';
import { type Filters, filtersAddress, filtersOf, isFiltered } from './filters.ts';
import { Search } from './search-results.ts';
import { SearchPanel } from './search-panel.tsx';
import { SessionList } from './session-list.ts';
import { ROW_HEIGHTS, SessionRow } from './session-row.tsx';

/** Rows before the end of what is loaded, from which on more is loaded. */
const AHEAD = 40;

/** The list, or what was found for a text. */
export function SessionsView({ query }: { query: URLSearchParams }): JSX.Element {
  const filters = filtersOf(query);
  const list = useSessions(filters);
  const search = useSearch(filters);
  const searchField = useRef<HTMLInputElement>(null);
  useShortcuts([
    { keys: '/', does: 'Search', run: () => searchField.current?.focus() },
    { keys: 'j', does: 'Next session', run: () => moveFocus(1) },
    { keys: 'k', does: 'Session before', run: () => moveFocus(-1) },
    { keys: 'Enter', does: 'Open the session' },
  ]);
  useEffect(() => {
    document.title = 'Sessions · Inspector';
  }, []);
  return (
    <div class="sessions-view">
      <h1 class="sr-only">Sessions</h1>
      <FilterBar
        filters={filters}
        sessions={list.sessions.value}
        search={searchField}
        onChange={changeFilters}
      />
      {filters.text.trim() === '' ? (
        <Sessions list={list} filters={filters} />
      ) : (
        <SearchPanel
          search={search}
          text={filters.text}
          known={list.sessions.value}
          parent={filters.parent}
          onRetry={() => search.ask(filters.text, filters)}
        />
      )}
    </div>
  );
}

/** Two fields can be taken over at once: what the address says by now is kept. */
function changeFilters(changed: Partial<Filters>): void {
  replace(filtersAddress({ ...filtersOf(route.peek().query), ...changed }));
}

function useSessions(filters: Filters): SessionList {
  const { user, agent, age, order, parent } = filters;
  const list = useMemo(() => new SessionList(filters), [user, agent, age, order, parent]);
  useEffect(() => {
    void list.load();
    const stop = listen('events', {
      onEvent: () => void list.refresh(),
      onReconnect: () => void list.refresh(),
    });
    return () => {
      stop();
      list.end();
    };
  }, [list]);
  return list;
}

function useSearch({ text, user, agent, age }: Filters): Search {
  const search = useMemo(() => new Search(), []);
  // How it is searched depends on what the server can.
  const isKnown = info.value !== null;
  useEffect(() => {
    if (isKnown) search.ask(text, { user, agent, age });
  }, [search, text, user, agent, age, isKnown]);
  useEffect(() => () => search.end(), [search]);
  return search;
}

function Sessions({ list, filters }: { list: SessionList; filters: Filters }): JSX.Element {
  const sessions = list.sessions.value;
  const onRange = useCallback(
    (_first: number, last: number) => {
      if (last >= list.sessions.peek().length - AHEAD) void list.loadMore();
    },
    [list],
  );
  if (list.status.value === 'failed') {
    return <Failed error={list.error.value} onRetry={() => void list.load()} />;
  }
  if (list.status.value === 'loading') return <Loading label="Loading sessions" />;
  if (sessions.length === 0) return <NoSessions isFiltered={isFiltered(filters)} />;
  return (
    <>
      <ListHead count={list.count.value} />
      <VirtualList<ListedSession>
        key={String(isNarrow.value)}
        class="session-list"
        label="Sessions"
        items={sessions}
        total={Math.max(list.count.value ?? 0, sessions.length)}
        keyOf={keyOfSession}
        sizeOf={isNarrow.value ? narrowHeight : wideHeight}
        renderRow={(session) => <SessionRow session={session} />}
        onReady={keepList}
        onRange={onRange}
      />
    </>
  );
}

function keyOfSession({ sessionId }: ListedSession): string {
  return sessionId;
}

function wideHeight(): number {
  return ROW_HEIGHTS.wide;
}

function narrowHeight(): number {
  return ROW_HEIGHTS.narrow;
}

function ListHead({ count }: { count: number | null }): JSX.Element {
  return (
    <div class="list-head" aria-hidden="true">
      <span>{count === null ? 'Session' : counted(count, 'session')}</span>
      <span class="session-agents">Agents</span>
      <span class="number">Messages</span>
      <span class="number">Tokens</span>
      <span class="time">Written</span>
      <span class="time">Expires in</span>
    </div>
  );
}

function NoSessions(props: { isFiltered: boolean }): JSX.Element {
  if (props.isFiltered) {
    return (
      <Empty icon="search" title="No session matches">
        Try another user, agent or age.
      </Empty>
    );
  }
  return (
    <Empty icon="list" title="No sessions yet">
      They appear here as soon as a program writes its first message.
    </Empty>
  );
}

let shownList: ListHandle | undefined;

function keepList(list: ListHandle): void {
  shownList = list;
}

/** Goes to the row, or what was found, after or before the one that has the focus. */
function moveFocus(step: number): void {
  const found = [...document.querySelectorAll<HTMLElement>('.search-panel .found')];
  if (found.length === 0) moveInList(step);
  else found[found.findIndex((one) => one === document.activeElement) + step]?.focus();
}

function moveInList(step: number): void {
  const focused = focusedRow();
  const count = shownList?.options.count ?? 0;
  const index =
    focused === undefined ? (shownList?.range?.startIndex ?? 0) : Number(focused) + step;
  if (index < 0 || index >= count) return;
  shownList?.scrollToIndex(index, { align: 'auto' });
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`.session-list [data-index="${index}"] a`)?.focus();
  });
}

function focusedRow(): string | undefined {
  const row = document.activeElement?.closest<HTMLElement>('.session-list [data-index]');
  return row?.dataset['index'];
}
