/**
 * Search, filters and order of the list.
 *
 * @module
 */
import type { JSX, RefObject } from 'preact';
import type { ListedSession } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { plainLine } from '../text/visible.ts';
import { Chosen, Typed } from './filter-fields.tsx';
import { AGES, type Filters, isFiltered, ORDERS } from './filters.ts';

interface FilterBarProps {
  filters: Filters;
  /** Those that are loaded: their owners and agents are offered. */
  sessions: readonly ListedSession[];
  search: RefObject<HTMLInputElement | null>;
  onChange: (changed: Partial<Filters>) => void;
}

/** What chooses the sessions of the list. */
export function FilterBar({ filters, sessions, search, onChange }: FilterBarProps): JSX.Element {
  return (
    <div class="filter-bar" role="search">
      <label class="search-field">
        <Icon name="search" />
        <input
          ref={search}
          class="input"
          type="search"
          aria-label="Search"
          placeholder="Search messages and sessions"
          value={filters.text}
          onInput={(event) => onChange({ text: event.currentTarget.value })}
        />
        <kbd>/</kbd>
      </label>
      <Typed
        label="User"
        value={filters.user}
        offered={sessions.map(({ userId }) => userId ?? '')}
        onChange={(user) => onChange({ user })}
      />
      <Typed
        label="Agent"
        value={filters.agent}
        offered={sessions.flatMap(({ agentsUsed }) => agentsUsed)}
        onChange={(agent) => onChange({ agent })}
      />
      <Chosen
        label="Age"
        value={filters.age}
        options={AGES}
        onChange={(age) => onChange({ age })}
      />
      <Chosen
        label="Order"
        value={filters.order}
        options={ORDERS}
        onChange={(order) => onChange({ order })}
      />
      {isFiltered(filters) && (
        <Button
          kind="plain"
          icon="cross"
          onClick={() => onChange({ user: '', agent: '', age: '', parent: '' })}
        >
          Clear
        </Button>
      )}
      {filters.parent !== '' && <span class="badge">Forks of {plainLine(filters.parent)}</span>}
    </div>
  );
}
