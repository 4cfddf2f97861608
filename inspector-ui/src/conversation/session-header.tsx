/**
 * The head of a conversation: what it is, and what can be done with it.
 *
 * @module
 */
import type { JSX } from 'preact';
import { sessionPath, describeError, send } from '../api/client.ts';
import type { SessionHead } from '../api/types.ts';
import { IconButton } from '../components/button.tsx';
import { Line } from '../components/text.tsx';
import { notify } from '../components/toast.tsx';
import { lastListAddress } from '../routing/last-list.ts';
import { compareAddress, go } from '../routing/route.ts';
import { titleOf } from '../sessions/session-row.tsx';
import { info } from '../shell/server.ts';
import { counted } from '../text/numbers.ts';
import { confirmClear, confirmDelete, openFork } from './changes.tsx';
import type { ConversationState } from './conversation-state.ts';

interface SessionHeaderProps {
  head: SessionHead;
  state: ConversationState;
  tab: 'transcript' | 'document';
  onTab: (tab: 'transcript' | 'document') => void;
  isPanelOpen: boolean;
  onPanel: () => void;
}

/** Name, tabs and actions. */
export function SessionHeader(props: SessionHeaderProps): JSX.Element {
  const { head, tab, onTab, isPanelOpen, onPanel } = props;
  const { metadata } = head;
  const { sessionId, userId, messageCount, totalTokens } = metadata;
  const title = titleOf(metadata);
  return (
    <div class="session-header">
      <div class="session-heading">
        <IconButton
          icon="arrow-left"
          label="Back to the sessions"
          onClick={() => go(lastListAddress())}
        />
        <div>
          <h1>
            <Line text={title ?? sessionId} />
          </h1>
          <p class="dim">
            {title !== undefined && (
              <span class="mono">
                <Line text={sessionId} />
              </span>
            )}
            {userId !== null && <Line text={userId} />}
            <span>{counted(messageCount, 'message')}</span>
            <span>{counted(totalTokens, 'token')}</span>
          </p>
        </div>
      </div>
      <div class="session-tools">
        <div class="tabs" role="group" aria-label="Show">
          <button
            type="button"
            aria-pressed={tab === 'transcript'}
            onClick={() => onTab('transcript')}
          >
            Transcript
          </button>
          <button type="button" aria-pressed={tab === 'document'} onClick={() => onTab('document')}>
            Document
          </button>
        </div>
        <Actions head={head} />
        <IconButton
          icon="panel"
          label={isPanelOpen ? 'Hide details' : 'Show details'}
          expanded={isPanelOpen}
          onClick={onPanel}
        />
      </div>
    </div>
  );
}

function Actions({ head }: { head: SessionHead }): JSX.Element {
  const { metadata } = head;
  const { sessionId, fork } = metadata;
  const canWrite = info.value?.write === true;
  return (
    <div class="session-actions">
      <IconButton
        icon="download"
        label="Export the session"
        onClick={() => void download(sessionId)}
      />
      {fork !== undefined && (
        <IconButton
          icon="columns"
          label="Compare with the session it was forked from"
          onClick={() => go(compareAddress(fork.sessionId, sessionId))}
        />
      )}
      {canWrite && (
        <>
          <IconButton icon="fork" label="Fork the session" onClick={() => openFork(sessionId)} />
          <IconButton
            icon="eraser"
            label="Clear the session"
            onClick={() => confirmClear(metadata)}
          />
          <IconButton
            icon="trash"
            label="Delete the session"
            onClick={() => confirmDelete(metadata)}
          />
        </>
      )}
    </div>
  );
}

/** A link could not send the token. */
async function download(sessionId: string): Promise<void> {
  try {
    const response = await send(sessionPath(sessionId, 'export'));
    const address = URL.createObjectURL(await response.blob());
    const link = document.createElement('a');
    link.href = address;
    link.download = `${sessionId.replaceAll(/[^\w.-]+/gu, '_')}.jsonl`;
    link.click();
    URL.revokeObjectURL(address);
    notify('Exported');
  } catch (error) {
    notify(describeError(error), true);
  }
}
