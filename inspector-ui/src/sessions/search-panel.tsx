/**
 * What was found for a text.
 *
 * @module
 */
import type { JSX } from 'preact';
import type { FoundMessage, ListedSession, SessionHead } from '../api/types.ts';
import { Icon } from '../components/icon.tsx';
import { Empty, Failed, Loading } from '../components/state.tsx';
import { Line } from '../components/text.tsx';
import { sessionAddress } from '../routing/route.ts';
import { info } from '../shell/server.ts';
import { counted } from '../text/numbers.ts';
import type { Search } from './search-results.ts';
import { Ago, titleOf } from './session-row.tsx';

const MOST_SESSIONS = 8;

/** Sessions by their id, title or owner, and messages by their text. */
export function SearchPanel(props: {
  search: Search;
  text: string;
  known: readonly ListedSession[];
  /** The session whose forks the list shows, or empty. */
  parent: string;
  onRetry: () => void;
}): JSX.Element {
  const { search, text, known } = props;
  const status = search.status.value;
  if (status === 'failed') return <Failed error={search.error.value} onRetry={props.onRetry} />;
  const exact = status === 'ready' ? search.session.value : null;
  const sessions = known.filter((session) => isNamed(session, text.trim())).slice(0, MOST_SESSIONS);
  const messages = status === 'ready' ? search.messages.value : [];
  const isNothing = exact === null && sessions.length === 0 && messages.length === 0;
  if (isNothing && status === 'waiting') return <Loading label="Looking" />;
  if (isNothing) return <Nothing />;
  return (
    <div class="search-panel scroll" tabIndex={0} role="region" aria-label="Found">
      <Sessions exact={exact} sessions={sessions} />
      {messages.length > 0 && (
        <section>
          <h2>{counted(messages.length, 'message')}</h2>
          {props.parent !== '' && (
            <p class="note">
              Also from sessions that are no forks of <Line text={props.parent} />: messages are not
              narrowed down by that.
            </p>
          )}
          {messages.map((message) => (
            <Found key={`${message.sessionId} ${message.messageId}`} message={message} />
          ))}
          {!search.isComplete.value && (
            <p class="note">There may be more: not all messages were looked at.</p>
          )}
        </section>
      )}
    </div>
  );
}

function Nothing(): JSX.Element {
  return (
    <Empty icon="search" title="Nothing found">
      {info.value?.canSearch === false
        ? 'This store has no index of messages. Choose a user to search in theirs, or give the whole id of a session.'
        : 'No message has these words, and no session this id.'}
    </Empty>
  );
}

function Sessions({
  exact,
  sessions,
}: {
  exact: SessionHead | null;
  sessions: readonly ListedSession[];
}): JSX.Element | null {
  const others = sessions.filter(({ sessionId }) => sessionId !== exact?.metadata.sessionId);
  if (exact === null && others.length === 0) return null;
  return (
    <section>
      <h2>Sessions</h2>
      {exact !== null && <NamedSession session={exact.metadata} />}
      {others.map((session) => (
        <NamedSession key={session.sessionId} session={session} />
      ))}
    </section>
  );
}

function NamedSession({
  session,
}: {
  session: Pick<ListedSession, 'sessionId' | 'userId' | 'updatedAt' | 'attributes'>;
}): JSX.Element {
  const { sessionId, userId, updatedAt } = session;
  const title = titleOf(session);
  return (
    <a class="found" href={sessionAddress(sessionId)}>
      <span class="found-head">
        <strong>
          <Line text={title ?? sessionId} />
        </strong>
        {title !== undefined && <Line text={sessionId} />}
        {userId !== null && <Line text={userId} />}
        <Ago time={updatedAt} />
      </span>
    </a>
  );
}

function Found({ message }: { message: FoundMessage }): JSX.Element {
  const { sessionId, messageId, role, agent, userId, snippet, timestamp } = message;
  return (
    <a class="found" href={sessionAddress(sessionId, messageId)}>
      <span class="found-head">
        <Icon name={role === 'tool' ? 'tool' : 'arrow-right'} size={13} />
        <span>
          <Line text={agent ?? role} />
        </span>
        <span class="mono">
          <Line text={sessionId} />
        </span>
        {userId !== null && <Line text={userId} />}
        <Ago time={timestamp} />
      </span>
      <span class="found-text" dir="auto">
        {snippet.map(({ text, isMatch }, index) =>
          isMatch ? (
            <mark key={index}>
              <Line text={text} />
            </mark>
          ) : (
            <Line key={index} text={text} />
          ),
        )}
      </span>
    </a>
  );
}

function isNamed(session: ListedSession, text: string): boolean {
  const wanted = text.toLowerCase();
  return [session.sessionId, session.userId ?? '', titleOf(session) ?? ''].some((name) =>
    name.toLowerCase().includes(wanted),
  );
}
