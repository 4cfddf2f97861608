/**
 * The messages of a conversation, as a list that shows the rows that are seen.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useCallback } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/state.tsx';
import { VirtualList } from '../components/virtual-list.tsx';
import { counted, whole } from '../text/numbers.ts';
import type { ConversationState } from './conversation-state.ts';
import { RowView } from './row-view.tsx';
import type { Row } from './rows.ts';
import { Sealed } from '../components/sealed.tsx';
import type { SessionFeed } from './session-feed.ts';

/** Rows from the top, from which on what is before is loaded. */
const AHEAD = 30;
const LIST_OPTIONS = {
  anchorTo: 'end',
  followOnAppend: true,
  scrollEndThreshold: 60,
  paddingEnd: 28,
} as const;

/** The rows, the last ones first. */
export function Transcript({
  feed,
  state,
}: {
  feed: SessionFeed;
  state: ConversationState;
}): JSX.Element {
  const rows = state.rows.value;
  const hasAll = feed.hasAll.value;
  const onRange = useCallback(
    (first: number, last: number) => {
      state.see(first, last);
      if (first < AHEAD) void feed.loadEarlier().catch(() => {});
    },
    [feed, state],
  );
  const onReady = useCallback(
    (list: Parameters<typeof state.take>[0]) => {
      state.take(list);
      if (state.target.peek() === null) list.scrollToEnd();
    },
    [state],
  );
  if (feed.isSealed.value) return <Sealed />;
  if (rows.length === 0) {
    return (
      <Empty icon="list" title="No messages yet">
        They appear here by themselves.
      </Empty>
    );
  }
  return (
    <div class="transcript-place">
      <VirtualList<Row>
        class="transcript"
        label="Transcript"
        items={rows}
        keyOf={keyOfRow}
        sizeOf={sizeOfRow}
        renderRow={(row) => <RowView row={row} state={state} sessionId={feed.sessionId} />}
        options={LIST_OPTIONS}
        onReady={onReady}
        onRange={onRange}
      />
      <div class="transcript-foot">
        {!hasAll && (
          <span class="badge" role="status">
            {counted(feed.messages.value.length, 'message')} of {whole(feed.total.value)} loaded
          </span>
        )}
        <ToEnd state={state} />
      </div>
    </div>
  );
}

function ToEnd({ state }: { state: ConversationState }): JSX.Element | null {
  if (state.isAtEnd.value) return null;
  return (
    <Button icon="arrow-down" onClick={() => state.goToEnd()}>
      To the end
    </Button>
  );
}

function keyOfRow({ key }: Row): string {
  return key;
}

/** About what a row takes before it is measured. */
function sizeOfRow(row: Row): number {
  if (row.kind !== 'message') return 48;
  const { content } = row.message;
  return (row.showsAuthor ? 56 : 20) + Math.min(Math.ceil(content.length / 80), 80) * 22;
}
