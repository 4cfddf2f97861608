/**
 * One session.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SessionHead } from '../api/types.ts';
import { LinkButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Empty, Failed, Loading } from '../components/state.tsx';
import { Line } from '../components/text.tsx';
import { notify } from '../components/toast.tsx';
import { DocumentView } from '../document/document-view.tsx';
import { lastListAddress } from '../routing/last-list.ts';
import { go, sessionsAddress } from '../routing/route.ts';
import { titleOf } from '../sessions/session-row.tsx';
import { hasRoomForPanel } from '../shell/screen.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { plainLine } from '../text/visible.ts';
import { ConversationState } from './conversation-state.ts';
import { Panel } from './panel.tsx';
import { SessionFeed } from './session-feed.ts';
import { SessionHeader } from './session-header.tsx';
import { Transcript } from './transcript.tsx';

/** The conversation, its turns and details, or its document. */
export function ConversationView({
  sessionId,
  query,
}: {
  sessionId: string;
  query: URLSearchParams;
}): JSX.Element {
  const feed = useMemo(() => new SessionFeed(sessionId), [sessionId]);
  const state = useMemo(() => new ConversationState(feed), [feed]);
  useEffect(() => {
    void feed.open();
    return () => feed.close();
  }, [feed]);
  const head = feed.head.value;
  switch (feed.status.value) {
    case 'loading':
      return <Loading label="Loading the conversation" />;
    case 'failed':
      return <Failed isPage error={feed.error.value} onRetry={() => void feed.load()} />;
    case 'missing':
      return <Missing sessionId={sessionId} />;
    case 'ready':
      if (head === null) return <Loading label="Loading the conversation" />;
      return <Session feed={feed} state={state} head={head} messageId={query.get('message')} />;
  }
}

function Session(props: {
  feed: SessionFeed;
  state: ConversationState;
  head: SessionHead;
  messageId: string | null;
}): JSX.Element {
  const { feed, state, head, messageId } = props;
  const [tab, setTab] = useState<'transcript' | 'document'>('transcript');
  const [isPanelOpen, setPanelOpen] = useState(hasRoomForPanel.peek());
  useTitle(head);
  useTarget(feed, state, messageId);
  useShortcuts([
    { keys: 'j', does: 'Next turn', run: () => state.goToTurn(1) },
    { keys: 'k', does: 'Turn before', run: () => state.goToTurn(-1) },
    { keys: 'g g', does: 'Go to the beginning', run: () => state.goToStart() },
    { keys: 'G', does: 'Go to the end', run: () => state.goToEnd() },
    { keys: 'e', does: 'Fold all tool calls open or shut', run: () => state.toggleAll() },
    {
      keys: 'r',
      does: 'Switch between transcript and document',
      run: () => setTab(tab === 'transcript' ? 'document' : 'transcript'),
    },
    { keys: 'i', does: 'Show or hide turns and details', run: () => setPanelOpen(!isPanelOpen) },
    { keys: 'u', does: 'Back to the sessions', run: () => go(lastListAddress()) },
  ]);
  return (
    <div class={isPanelOpen ? 'session-view has-panel' : 'session-view'}>
      <div class="session-main">
        <SessionHeader
          head={head}
          state={state}
          tab={tab}
          onTab={setTab}
          isPanelOpen={isPanelOpen}
          onPanel={() => setPanelOpen(!isPanelOpen)}
        />
        {feed.isGone.value && (
          <div class="banner" role="alert">
            <Icon name="warning" /> The session is gone. This is what was last read of it.
          </div>
        )}
        {tab === 'transcript' ? (
          <Transcript feed={feed} state={state} />
        ) : (
          <DocumentView sessionId={feed.sessionId} version={head.version} />
        )}
      </div>
      {isPanelOpen && <Panel head={head} state={state} onClose={() => setPanelOpen(false)} />}
    </div>
  );
}

function Missing({ sessionId }: { sessionId: string }): JSX.Element {
  return (
    <Empty isPage icon="search" title="There is no such session">
      <p>
        <Line text={sessionId} /> was never there, was deleted, or has expired.
      </p>
      <LinkButton href={sessionsAddress()}>All sessions</LinkButton>
    </Empty>
  );
}

/** Goes to the message that the address names, also where it is loaded only later. */
function useTarget(feed: SessionFeed, state: ConversationState, messageId: string | null): void {
  useEffect(() => {
    if (messageId === null) return;
    state.target.value = messageId;
    const find = async (): Promise<void> => {
      if (!(await feed.loadUntil(messageId))) {
        if (feed.hasAll.peek()) notify('There is no such message', true);
        return;
      }
      // Rows are there once the list has rendered what was loaded.
      requestAnimationFrame(() => state.goTo(messageId));
    };
    void find().catch(() => {});
  }, [feed, state, messageId]);
}

function useTitle({ metadata }: SessionHead): void {
  const title = plainLine(titleOf(metadata) ?? metadata.sessionId);
  useEffect(() => {
    document.title = `${title} · Inspector`;
  }, [title]);
}
