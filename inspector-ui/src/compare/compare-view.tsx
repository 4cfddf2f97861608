/**
 * Two sessions side by side: what they share, and where they part.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Empty, Failed, Loading } from '../components/state.tsx';
import { Line } from '../components/text.tsx';
import { VirtualList } from '../components/virtual-list.tsx';
import { ConversationState } from '../conversation/conversation-state.ts';
import { RowView } from '../conversation/row-view.tsx';
import type { Row } from '../conversation/rows.ts';
import { Sealed } from '../components/sealed.tsx';
import { SessionFeed, WHOLE } from '../conversation/session-feed.ts';
import { sessionAddress } from '../routing/route.ts';
import { counted } from '../text/numbers.ts';
import { CompareForm } from './compare-form.tsx';
import { type ComparedRow, comparedRows, sharedCount } from './compared-rows.ts';

/** The two that the address names. */
export function CompareView({ query }: { query: URLSearchParams }): JSX.Element {
  const left = query.get('left') ?? '';
  const right = query.get('right') ?? '';
  const key = JSON.stringify([left, right]);
  useEffect(() => {
    document.title = 'Compare · Inspector';
  }, []);
  return (
    <div class="compare-view">
      <h1 class="sr-only">Compare sessions</h1>
      <CompareForm key={`form ${key}`} left={left} right={right} />
      {left === '' || right === '' ? (
        <Unchosen isOneGiven={left !== right} />
      ) : (
        <Compared key={`both ${key}`} left={left} right={right} />
      )}
    </div>
  );
}

function Unchosen({ isOneGiven }: { isOneGiven: boolean }): JSX.Element {
  return (
    <Empty icon="columns" title="Compare two sessions">
      {isOneGiven
        ? 'Give the id of the other session, such as a fork. '
        : 'Give the ids of two sessions, such as a session and its fork. '}
      Ids stand in the list, and in the details of a session.
    </Empty>
  );
}

interface Side {
  feed: SessionFeed;
  state: ConversationState;
}

function useSide(sessionId: string): Side {
  const side = useMemo(() => {
    // Where they part is known once all of both is here.
    const feed = new SessionFeed(sessionId, WHOLE);
    return { feed, state: new ConversationState(feed) };
  }, [sessionId]);
  useEffect(() => {
    void side.feed.open();
    return () => side.feed.close();
  }, [side]);
  return side;
}

function Compared({ left, right }: { left: string; right: string }): JSX.Element {
  const one = useSide(left);
  const other = useSide(right);
  const sides = [one, other];
  const problem = sides.find(({ feed }) => /missing|failed/u.test(feed.status.value));
  if (problem !== undefined) return <Problem feed={problem.feed} />;
  if (sides.some(({ feed }) => feed.isSealed.value)) return <Sealed />;
  if (!sides.every(({ feed }) => feed.status.value === 'ready' && feed.hasAll.value)) {
    return <Loading label="Loading both sessions" />;
  }
  return (
    <>
      <div class="compare-heads">
        {sides.map(({ feed }) => (
          <a key={feed.sessionId} href={sessionAddress(feed.sessionId)}>
            <strong>
              <Line text={feed.sessionId} />
            </strong>
            <span class="dim">{counted(feed.total.value, 'message')}</span>
          </a>
        ))}
      </div>
      <Pairs one={one} other={other} />
    </>
  );
}

function Pairs({ one, other }: { one: Side; other: Side }): JSX.Element {
  const [showsShared, setShowsShared] = useState(false);
  const left = one.feed.messages.value;
  const right = other.feed.messages.value;
  const shared = useMemo(() => sharedCount(left, right), [left, right]);
  const rows = useMemo(
    () => comparedRows({ left, right, shared, showsShared }),
    [left, right, shared, showsShared],
  );
  return (
    <VirtualList<ComparedRow>
      class="compared"
      label="Both sessions"
      items={rows}
      keyOf={keyOfRow}
      sizeOf={sizeOfRow}
      renderRow={(row) =>
        row.kind === 'shared' ? (
          <Shared
            count={row.count}
            isShown={showsShared}
            onToggle={() => setShowsShared(!showsShared)}
          />
        ) : (
          <div class={row.isShared ? 'pair is-shared' : 'pair'}>
            <Cell row={row.left} side={one} />
            <Cell row={row.right} side={other} />
          </div>
        )
      }
    />
  );
}

function Cell({ row, side }: { row: Row | undefined; side: Side }): JSX.Element {
  return (
    <div class="pair-cell">
      {row !== undefined && (
        <RowView row={row} state={side.state} sessionId={side.feed.sessionId} />
      )}
    </div>
  );
}

function Shared(props: { count: number; isShown: boolean; onToggle: () => void }): JSX.Element {
  const { count, isShown, onToggle } = props;
  if (count === 0) return <p class="shared-note dim">They share no message at their beginning.</p>;
  return (
    <div class="shared-note">
      <Button kind="plain" expanded={isShown} onClick={onToggle}>
        {isShown ? 'Hide' : 'Show'} the {counted(count, 'message')} that both begin with
      </Button>
    </div>
  );
}

function Problem({ feed }: { feed: SessionFeed }): JSX.Element {
  if (feed.status.value === 'failed') {
    return <Failed error={feed.error.value} onRetry={() => void feed.load()} />;
  }
  return (
    <Empty icon="search" title="There is no such session">
      <Line text={feed.sessionId} />
    </Empty>
  );
}

function keyOfRow(row: ComparedRow): string {
  return row.kind === 'shared' ? 'shared' : `${row.left?.key ?? ''} ${row.right?.key ?? ''}`;
}

function sizeOfRow(): number {
  return 96;
}
