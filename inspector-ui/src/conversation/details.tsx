/**
 * What is known of a session beside its messages.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import type { SessionHead, SessionMetadata } from '../api/types.ts';
import { agentClass, AgentName } from '../components/agent.tsx';
import { Button } from '../components/button.tsx';
import { JsonText } from '../components/json-text.tsx';
import { Line } from '../components/text.tsx';
import { compareAddress, sessionAddress, sessionsAddress } from '../routing/route.ts';
import { Ago, Expiry } from '../sessions/session-row.tsx';
import { info } from '../shell/server.ts';
import { short, whole } from '../text/numbers.ts';
import { duration, fullTime } from '../text/times.ts';
import { openAttributes } from './changes.tsx';
import type { ConversationState } from './conversation-state.ts';

/** Totals, times, agents, relations and attributes. */
export function Details({
  head,
  state,
}: {
  head: SessionHead;
  state: ConversationState;
}): JSX.Element {
  const { metadata, expiresAt } = head;
  const { sessionId, userId, createdAt, updatedAt, ttl } = metadata;
  return (
    <div class="details scroll" tabIndex={0} role="region" aria-label="Details">
      <Totals metadata={metadata} />
      <Agents metadata={metadata} state={state} />
      <section>
        <h2>Session</h2>
        <dl class="facts">
          <Fact name="Id">
            <span class="mono">
              <Line text={sessionId} />
            </span>
          </Fact>
          {userId !== null && (
            <Fact name="User">
              <a href={sessionsAddress({ user: userId })}>
                <Line text={userId} />
              </a>
            </Fact>
          )}
          <Fact name="Created">
            <span title={fullTime(createdAt)}>
              <Ago time={createdAt} />
            </span>
          </Fact>
          <Fact name="Written">
            <span title={fullTime(updatedAt)}>
              <Ago time={updatedAt} />
            </span>
          </Fact>
          <Fact name="Expires">
            {expiresAt === null ? 'never' : <Expiry time={expiresAt} />}
            {ttl !== null && <span class="dim"> · {duration(ttl)} after a write</span>}
          </Fact>
          <Origin metadata={metadata} />
        </dl>
        <p>
          <a href={sessionsAddress({ parent: sessionId })}>Forks of this session</a>
        </p>
        <p>
          <a href={compareAddress(sessionId)}>Compare with another session</a>
        </p>
      </section>
      <Attributes metadata={metadata} />
    </div>
  );
}

function Totals({ metadata }: { metadata: SessionMetadata }): JSX.Element {
  const { messageCount, totalTokens, usage } = metadata;
  const counts = [
    { name: 'Messages', count: messageCount },
    { name: 'Tokens', count: totalTokens },
    { name: 'Requests', count: usage.requests },
    { name: 'Input', count: usage.inputTokens },
    { name: 'Output', count: usage.outputTokens },
    { name: 'Cached', count: usage.cachedTokens },
  ];
  return (
    <section>
      <h2>Totals</h2>
      <dl class="totals">
        {counts.map(({ name, count }) => (
          <div key={name} title={whole(count)}>
            <dt>{name}</dt>
            <dd>{short(count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Agents({
  metadata,
  state,
}: {
  metadata: SessionMetadata;
  state: ConversationState;
}): JSX.Element | null {
  const { usage, currentAgent } = metadata;
  const names = state.agents.value;
  if (names.length === 0) return null;
  const most = Math.max(1, ...names.map((name) => usage.agents[name]?.totalTokens ?? 0));
  return (
    <section>
      <h2>Agents</h2>
      <ul class="bars">
        {names.map((name) => {
          const tokens = usage.agents[name]?.totalTokens ?? 0;
          return (
            <li key={name}>
              <span class="bar-head">
                <AgentName name={name} />
                {name === currentAgent && <span class="badge">Current</span>}
                <span class="grow" />
                <span class="dim">{tokens > 0 ? `${short(tokens)} tokens` : ''}</span>
              </span>
              <span class="bar" aria-hidden="true">
                <span
                  class={`bar-part ${agentClass(name)}`}
                  style={{ width: `${(tokens / most) * 100}%` }}
                />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Origin({ metadata }: { metadata: SessionMetadata }): JSX.Element | null {
  const { fork, sessionId } = metadata;
  if (fork === undefined) return null;
  return (
    <Fact name="Forked from">
      <a href={sessionAddress(fork.sessionId, fork.messageId ?? undefined)}>
        <Line text={fork.sessionId} />
      </a>{' '}
      <a class="dim" href={compareAddress(fork.sessionId, sessionId)}>
        compare
      </a>
    </Fact>
  );
}

function Attributes({ metadata }: { metadata: SessionMetadata }): JSX.Element | null {
  const isEmpty = Object.keys(metadata.attributes).length === 0;
  const canWrite = info.value?.write === true;
  if (isEmpty && !canWrite) return null;
  return (
    <section>
      <h2>Attributes</h2>
      {!isEmpty && <JsonText value={metadata.attributes} />}
      {canWrite && (
        <Button icon="edit" onClick={() => openAttributes(metadata)}>
          Edit attributes
        </Button>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
