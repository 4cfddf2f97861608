/**
 * The bar at the top of every view.
 *
 * @module
 */
import type { JSX } from 'preact';
import { IconButton } from '../components/button.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { Line } from '../components/text.tsx';
import { compareFrom, dashboardAddress, route, sessionsAddress } from '../routing/route.ts';
import { openHelp } from './help.tsx';
import { info } from './server.ts';
import { theme, toggleTheme } from './theme.ts';

/** Name, places to go, and what the server is. */
export function TopBar(): JSX.Element {
  const shown = route.value;
  const { view } = shown;
  return (
    <header class="top-bar">
      <a class="brand" href={sessionsAddress()} aria-label="Inspector, all sessions">
        <span class="brand-mark">
          <Icon name="braces" size={15} />
        </span>
        <span class="brand-name">Inspector</span>
      </a>
      <nav aria-label="Views">
        <Place
          href={sessionsAddress()}
          icon="list"
          isHere={view === 'sessions' || view === 'session'}
        >
          Sessions
        </Place>
        <Place href={dashboardAddress()} icon="plot" isHere={view === 'dashboard'}>
          Dashboard
        </Place>
        <Place href={compareFrom(shown)} icon="columns" isHere={view === 'compare'} needsRoom>
          Compare
        </Place>
      </nav>
      <span class="grow" />
      <StoreBadge />
      <IconButton
        icon={theme.value === 'dark' ? 'sun' : 'moon'}
        label={theme.value === 'dark' ? 'Light theme' : 'Dark theme'}
        onClick={toggleTheme}
      />
      <IconButton icon="help" label="Keyboard shortcuts" onClick={openHelp} />
    </header>
  );
}

function Place(props: {
  href: string;
  icon: IconName;
  isHere: boolean;
  /** Left out on a phone. */
  needsRoom?: boolean;
  children: string;
}): JSX.Element {
  const { href, isHere, needsRoom = false } = props;
  return (
    <a
      class={needsRoom ? 'place needs-room' : 'place'}
      href={href}
      aria-current={isHere ? 'page' : undefined}
    >
      <Icon name={props.icon} />
      <span>{props.children}</span>
    </a>
  );
}

function StoreBadge(): JSX.Element | null {
  const known = info.value;
  if (known === null) return null;
  return (
    <>
      <span class="store-badge" title={`Keys begin with ${JSON.stringify(known.keyPrefix)}`}>
        <Line text={known.store.name} />
      </span>
      {known.write ? (
        <span class="badge is-write" title="This inspector can change and delete sessions">
          Write
        </span>
      ) : (
        <span class="badge" title="Start the inspector with --write to change sessions">
          Read-only
        </span>
      )}
    </>
  );
}
