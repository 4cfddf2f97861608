/**
 * The page: the bar, the view that the address names, and what stands over it.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { isConnected } from './api/client.ts';
import { token } from './api/token.ts';
import { Empty, Failed } from './components/state.tsx';
import { DialogPlace } from './components/dialog.tsx';
import { Icon } from './components/icon.tsx';
import { ToastPlace } from './components/toast.tsx';
import { lazyView } from './routing/lazy-view.tsx';
import { compareFrom, dashboardAddress, go, route, sessionsAddress } from './routing/route.ts';
import { SessionsView } from './sessions/sessions-view.tsx';
import { openHelp } from './shell/help.tsx';
import { info, infoError, loadInfo } from './shell/server.ts';
import { type Shortcut, useShortcuts } from './shell/shortcuts.ts';
import { toggleTheme } from './shell/theme.ts';
import { TokenForm } from './shell/token-form.tsx';
import { TopBar } from './shell/top-bar.tsx';

const ConversationView = lazyView(async () => {
  const { ConversationView: view } = await import('./conversation/conversation-view.tsx');
  return view;
});
const DashboardView = lazyView(async () => {
  const { DashboardView: view } = await import('./dashboard/dashboard-view.tsx');
  return view;
});
const CompareView = lazyView(async () => {
  const { CompareView: view } = await import('./compare/compare-view.tsx');
  return view;
});

const SHORTCUTS: readonly Shortcut[] = [
  { keys: '?', does: 'Show these shortcuts', run: openHelp },
  { keys: 'g s', does: 'Go to the sessions', run: () => go(sessionsAddress()) },
  { keys: 'g d', does: 'Go to the dashboard', run: () => go(dashboardAddress()) },
  { keys: 'g c', does: 'Compare two sessions', run: () => go(compareFrom(route.peek())) },
  { keys: 't', does: 'Switch between light and dark', run: toggleTheme },
];

/** The page. */
export function App(): JSX.Element {
  const given = token.value;
  useEffect(() => {
    if (given !== null) void loadInfo();
  }, [given]);
  if (given === null) return <TokenForm />;
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <Page />
      <DialogPlace />
      <ToastPlace />
    </>
  );
}

function Page(): JSX.Element {
  useShortcuts(SHORTCUTS);
  return (
    <div class="page">
      <TopBar />
      {!isConnected.value && (
        <div class="banner" role="alert">
          <Icon name="warning" /> Connection lost. Trying again…
        </div>
      )}
      <main id="main" tabIndex={-1}>
        <View />
      </main>
    </div>
  );
}

function View(): JSX.Element {
  const shown = route.value;
  if (info.value === null && infoError.value !== null) {
    return <Failed isPage error={infoError.value} onRetry={() => void loadInfo()} />;
  }
  switch (shown.view) {
    case 'sessions':
      return <SessionsView query={shown.query} />;
    case 'session':
      return (
        <ConversationView key={shown.sessionId} sessionId={shown.sessionId} query={shown.query} />
      );
    case 'dashboard':
      return <DashboardView query={shown.query} />;
    case 'compare':
      return <CompareView query={shown.query} />;
    case 'unknown':
      return (
        <Empty isPage icon="search" title="There is no such page">
          <a href={sessionsAddress()}>Go to the sessions</a>
        </Empty>
      );
  }
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}
