/**
 * A session in the list.
 *
 * @module
 */
import type { JSX } from 'preact';
import type { ListedSession } from '../api/types.ts';
import { AgentName } from '../components/agent.tsx';
import { Icon } from '../components/icon.tsx';
import { Line } from '../components/text.tsx';
import { sessionAddress } from '../routing/route.ts';
import { counted, short } from '../text/numbers.ts';
import { age, fullTime, now, timeLeft } from '../text/times.ts';
import { plainLine } from '../text/visible.ts';

const MOST_AGENTS = 3;

/** Pixels of a row on a wide and on a narrow screen. */
export const ROW_HEIGHTS = { wide: 61, narrow: 97 };

/** One line of the list, which opens the session. */
export function SessionRow({ session }: { session: ListedSession }): JSX.Element {
  const { sessionId, userId, messageCount, totalTokens, updatedAt, expiresAt, fork } = session;
  const title = titleOf(session);
  return (
    <a class="session-row" href={sessionAddress(sessionId)}>
      <span class="session-name">
        <span class="session-title">
          <Line text={title ?? sessionId} />
          {fork !== null && (
            <span class="fork-mark" title={plainLine(`Forked from ${fork.sessionId}`)}>
              <Icon name="fork" size={13} />
              <span class="sr-only">{plainLine(`forked from ${fork.sessionId}`)}</span>
            </span>
          )}
        </span>
        <span class="session-sub">
          {title !== undefined && (
            <span class="mono">
              <Line text={sessionId} />
            </span>
          )}
          {userId !== null && <Line text={userId} />}
        </span>
      </span>
      <Agents names={session.agentsUsed} current={session.currentAgent} />
      <span class="cell number" title={counted(messageCount, 'message')}>
        {short(messageCount)}
        <span class="unit"> {messageCount === 1 ? 'message' : 'messages'}</span>
      </span>
      <span class="cell number" title={counted(totalTokens, 'token')}>
        {short(totalTokens)}
        <span class="unit"> tokens</span>
      </span>
      <span class="cell time" title={`Written ${fullTime(updatedAt)}`}>
        <Ago time={updatedAt} />
      </span>
      <span class="cell time expires">{expiresAt !== null && <Expiry time={expiresAt} />}</span>
    </a>
  );
}

/** How long ago something was, which goes on by itself. */
export function Ago({ time }: { time: string }): JSX.Element {
  const text = age(time, now.value);
  return <time dateTime={time}>{text === 'now' || text === 'unknown' ? text : `${text} ago`}</time>;
}

/** How long a session is still kept, counting down. */
export function Expiry({ time }: { time: string }): JSX.Element {
  const isSoon = Date.parse(time) - now.value < 3_600_000;
  return (
    <span class={isSoon ? 'expiry is-soon' : 'expiry'} title={`Expires ${fullTime(time)}`}>
      <span class="sr-only">expires in </span>
      {timeLeft(time, now.value)}
    </span>
  );
}

/** The title that a program has given the session, in its attributes. */
export function titleOf({ attributes }: Pick<ListedSession, 'attributes'>): string | undefined {
  const { title } = attributes;
  return typeof title === 'string' && title.trim() !== '' ? title : undefined;
}

function Agents({ names, current }: { names: string[]; current: string | null }): JSX.Element {
  // The one that answered last is among those that are shown.
  const shown = names.slice(0, MOST_AGENTS);
  if (current !== null && names.includes(current) && !shown.includes(current)) {
    shown.splice(-1, 1, current);
  }
  return (
    <span class="session-agents">
      {shown.map((name) => (
        <AgentName key={name} name={name} />
      ))}
      {names.length > shown.length && <span class="dim">+{names.length - shown.length}</span>}
    </span>
  );
}
