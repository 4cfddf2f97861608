/**
 * The rows of a conversation.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import type { Message } from '../api/types.ts';
import { agentClass, AgentName } from '../components/agent.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { JsonText } from '../components/json-text.tsx';
import { Line } from '../components/text.tsx';
import { counted, short } from '../text/numbers.ts';
import { clockTime, fullDay, fullTime } from '../text/times.ts';
import { Parts, Text } from './content.tsx';
import { type ConversationState, isOf } from './conversation-state.ts';
import {
  argumentsOf,
  callNameOf,
  isFailedCall,
  kindOf,
  partsOf,
  reasoningOf,
  resultPartsOf,
  typeOf,
} from './items.ts';
import { MessageActions } from './message-actions.tsx';
import type { Row } from './rows.ts';

/** What a row is shown with. */
interface RowProps<Kind extends Row['kind'] = Row['kind']> {
  row: Extract<Row, { kind: Kind }>;
  state: ConversationState;
  sessionId: string;
}

/** One row. */
export function RowView({ row, state, sessionId }: RowProps): JSX.Element {
  switch (row.kind) {
    case 'day':
      return <div class="row day">{fullDay(row.message.timestamp)}</div>;
    case 'compaction':
      return <Compaction hidden={row.hidden} />;
    case 'handoff':
      return <HandoffLine row={row} state={state} sessionId={sessionId} />;
    default:
      return <Entry row={row} state={state} sessionId={sessionId} />;
  }
}

function Entry({
  row,
  state,
  sessionId,
}: RowProps<'message' | 'call' | 'reasoning' | 'other'>): JSX.Element {
  const { message } = row;
  const { agent, role } = message;
  const isOfAgent = role === 'assistant' || role === 'tool';
  const target = state.target.value;
  const classes = [
    'row entry',
    `is-${role}`,
    isOfAgent ? `lane ${agentClass(agent)}` : '',
    row.showsAuthor ? 'shows-author' : '',
    row.isBefore ? 'is-before' : '',
    target !== null && isOf(row, target) ? 'is-target' : '',
  ];
  return (
    <article class={classes.join(' ')} data-message={message.id} tabIndex={-1}>
      {row.showsAuthor && <Author message={message} />}
      <div class="entry-body">
        <EntryBody row={row} state={state} />
      </div>
      <MessageActions message={message} sessionId={sessionId} />
    </article>
  );
}

function EntryBody({
  row,
  state,
}: Omit<RowProps<'message' | 'call' | 'reasoning' | 'other'>, 'sessionId'>): JSX.Element {
  const { message } = row;
  switch (row.kind) {
    case 'call':
      return <Call message={message} result={row.result} state={state} />;
    case 'reasoning':
      return <Reasoning message={message} state={state} />;
    case 'other':
      return (
        <Fold
          icon="braces"
          label={typeOf(message.item) || 'item'}
          foldKey={message.id}
          state={state}
        >
          <JsonText value={message.item ?? message.content} />
        </Fold>
      );
    case 'message':
      return <Said message={message} />;
  }
}

function Author({ message }: { message: Message }): JSX.Element {
  const { role, agent, timestamp, tokens, failed, compaction } = message;
  return (
    <header class="author">
      {role === 'user' && <span class="author-name">User</span>}
      {role === 'system' && <span class="author-name">System</span>}
      {role !== 'user' && role !== 'system' && (
        <AgentName name={agent}>{role === 'tool' ? 'Tool' : 'Assistant'}</AgentName>
      )}
      <time dateTime={timestamp} title={fullTime(timestamp)}>
        {clockTime(timestamp)}
      </time>
      {tokens !== null && <span title={counted(tokens, 'token')}>{short(tokens)} tokens</span>}
      {failed === true && <span class="badge is-error">Failed run</span>}
      {compaction === true && <span class="badge">Written by a compaction</span>}
    </header>
  );
}

function Said({ message }: { message: Message }): JSX.Element {
  const parts = partsOf(message);
  if (parts.length === 0) return <p class="dim">No text</p>;
  return <Parts parts={parts} />;
}

function Reasoning({
  message,
  state,
}: {
  message: Message;
  state: ConversationState;
}): JSX.Element {
  const text = reasoningOf(message);
  if (text === '') {
    return (
      <p class="quiet">
        <Icon name="spark" size={14} /> Reasoning that only the model can read
      </p>
    );
  }
  return (
    <Fold icon="spark" label="Reasoning" preview={text} isProse foldKey={message.id} state={state}>
      <Text text={text} />
    </Fold>
  );
}

function Call(props: {
  message: Message;
  result: Message | undefined;
  state: ConversationState;
}): JSX.Element {
  const { message, result, state } = props;
  const isOnlyResult = kindOf(message) === 'result';
  const given = isOnlyResult ? undefined : argumentsOf(message);
  const shownResult = isOnlyResult ? message : result;
  const isFailed = isFailedCall(shownResult ?? message);
  const preview = typeof given === 'string' ? given : JSON.stringify(given ?? message.content);
  return (
    <Fold
      icon="tool"
      label={callNameOf(message)}
      preview={preview === '{}' ? '' : preview}
      foldKey={message.id}
      state={state}
      mark={
        <CallMark isFailed={isFailed} isOpen={shownResult === undefined && !isFinished(message)} />
      }
    >
      {given !== undefined && (
        <section>
          <p class="fold-title">Arguments</p>
          <JsonText value={given} />
        </section>
      )}
      {shownResult !== undefined && (
        <section>
          <p class="fold-title">Result</p>
          <Parts parts={resultPartsOf(shownResult)} asJson />
        </section>
      )}
    </Fold>
  );
}

function isFinished(message: Message): boolean {
  return message.item?.['type'] === 'hosted_tool_call';
}

function CallMark({
  isFailed,
  isOpen,
}: {
  isFailed: boolean;
  isOpen: boolean;
}): JSX.Element | null {
  if (isFailed) return <span class="badge is-error">Failed</span>;
  if (isOpen) return <span class="badge">No result</span>;
  return null;
}

function HandoffLine({ row, state, sessionId }: RowProps<'handoff'>): JSX.Element {
  const { from, to, message, result, key } = row;
  const isOpen = state.isOpen(key);
  const target = state.target.value;
  const isTarget = target !== null && isOf(row, target);
  return (
    <article
      class={`row handoff ${row.isBefore ? 'is-before' : ''} ${isTarget ? 'is-target' : ''}`}
      data-message={message.id}
      tabIndex={-1}
    >
      <button
        type="button"
        class="handoff-line"
        aria-expanded={isOpen}
        onClick={() => state.toggle(key)}
        disabled={result === undefined}
      >
        <span class="sr-only">Handoff from </span>
        <AgentName name={from} />
        <Icon name="arrow-right" size={14} />
        <span class="sr-only">to </span>
        <AgentName name={to} />
        <time dateTime={message.timestamp}>{clockTime(message.timestamp)}</time>
      </button>
      {isOpen && result !== undefined && (
        <div class="fold-body">
          <p class="fold-title">{callNameOf(message)}</p>
          <JsonText value={argumentsOf(message)} />
          <Parts parts={resultPartsOf(result)} asJson />
        </div>
      )}
      <MessageActions message={result ?? message} sessionId={sessionId} />
    </article>
  );
}

function Compaction({ hidden }: { hidden: number }): JSX.Element {
  return (
    <div class="row compaction" role="note">
      <span>
        <Icon name="arrow-down" size={14} /> <strong>The model sees what follows</strong>
      </span>
      <span class="dim">
        Compacted here: the {counted(hidden, 'message')} above {hidden === 1 ? 'is' : 'are'} kept in
        the transcript only.
      </span>
    </div>
  );
}

function Fold(props: {
  icon: IconName;
  label: string;
  preview?: string;
  /** Whether the preview is what somebody says, and no code. */
  isProse?: boolean;
  foldKey: string;
  state: ConversationState;
  mark?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  const { icon, label, preview = '', foldKey, state, mark, children } = props;
  const isOpen = state.isOpen(foldKey);
  return (
    <div class={props.isProse === true ? 'fold is-prose' : 'fold'}>
      <button
        type="button"
        class="fold-head"
        aria-expanded={isOpen}
        onClick={() => state.toggle(foldKey)}
      >
        <span class="fold-mark">
          <Icon name="chevron-right" size={14} />
        </span>
        <Icon name={icon} size={14} />
        <span class="fold-label">
          <Line text={label} />
        </span>
        {!isOpen && (
          <span class="fold-preview">
            <Line text={preview.slice(0, 200)} />
          </span>
        )}
        {mark}
      </button>
      {isOpen && <div class="fold-body">{children}</div>}
    </div>
  );
}
