/**
 * New sessions that go on from a place in another one.
 *
 * @module
 */
import type { MessageEntry, SessionDocument } from '../document/document.ts';
import { viewStart, withNewLife } from '../document/new-life.ts';
import { incarnationOf } from '../document/incarnation.ts';
import { clearedUsage } from '../document/run-record.ts';
import type { Deadline } from '../deadline.ts';
import { InvalidInputError, SessionNotFoundError } from '../errors.ts';
import { decodeItem } from '../items/item-codec.ts';
import { randomHex } from '../random-ids.ts';
import type { RestoreParams } from '../store.ts';
import { cleanCuts } from '../windows/clean-cuts.ts';
import { isHandoff } from './message.ts';
import { partsOf, type SessionParts } from './session-parts.ts';

/** What a fork has of its parent. */
interface Cut {
  readonly messages: MessageEntry[];
  /** Where the model's view of them begins. */
  readonly start: ReturnType<typeof viewStart>;
}

/**
 * Reads a session, makes a fork of it and writes that by the handle of the fork.
 *
 * @param session - The new session, which is not there yet.
 * @throws {@link InvalidInputError} (`invalid_input`) of the field `upTo`; {@link SessionNotFoundError}
 * (`session_not_found`) when there is no parent.
 */
export async function writeFork(
  { handle: parent, options }: Pick<SessionParts, 'handle' | 'options'>,
  session: object,
  call: { upTo: string | null; repeats: string | undefined; deadline: Deadline },
): Promise<void> {
  const found = await parent.readWhole(call.deadline);
  if (found === null) throw new SessionNotFoundError(options.sessionId);
  const { handle, options: own } = partsOf(session);
  const ttl = own.ttl ?? found.document.state?.ttl ?? null;
  const document = forked(found.document, own.sessionId, call.upTo);
  const restored: Omit<RestoreParams, 'key' | 'sessionId'> = {
    document: withNewLife(document, { incarnation: randomHex(16), ttl }),
    isNew: true,
    // A document of Python can expire without knowing of a ttl.
    expiresIn: ttl ?? found.expiresIn,
    replaces: null,
    repeats: call.repeats,
  };
  await handle.restore(restored, call.deadline);
}

function forked(parent: SessionDocument, sessionId: string, upTo: string | null): SessionDocument {
  const { messages, start } = cutAt(parent, upTo);
  const { import: _import, ...content } = parent;
  const { metadata, state, usage = {} } = content;
  const agent = upTo === null ? null : agentAt(messages, metadata.agents_used);
  return {
    ...content,
    session_id: sessionId,
    metadata: {
      ...metadata,
      current_agent: agent ?? metadata.current_agent,
      // What was spent was spent by the parent.
      total_tokens: 0,
    },
    messages,
    ...(state && { state: { ...state, history_start: start } }),
    operations: {},
    usage: clearedUsage(usage),
    fork: {
      session_id: parent.session_id,
      incarnation: incarnationOf(parent),
      index: messages.length,
      message_id: messages.at(-1)?.id ?? null,
      time: parent.updated_at,
    },
  };
}

/**
 * @throws {@link InvalidInputError} (`invalid_input`) where there is no such message, or the cut would
 * leave half of what the model sees and belongs together.
 */
function cutAt(parent: SessionDocument, upTo: string | null): Cut {
  const { messages } = parent;
  const start = viewStart(parent);
  if (upTo === null) return { messages, start };
  const length = messages.findLastIndex(({ id }) => id === upTo) + 1;
  if (length === 0) throw new InvalidInputError('upTo', 'names no message of this session');
  const view = startHolds(messages, length, start) ? start : null;
  checkCut(messages, view?.index ?? 0, length);
  return { messages: messages.slice(0, length), start: view };
}

/** What a compaction has written stands for what is before it: without all of it, that is seen again. */
function startHolds(
  messages: readonly MessageEntry[],
  length: number,
  start: Cut['start'],
): boolean {
  if (start === null || length === messages.length) return true;
  if (length <= start.index) return false;
  const last = messages.findLastIndex(
    ({ compaction }, index) => index >= start.index && compaction === true,
  );
  return last < length;
}

function checkCut(messages: readonly MessageEntry[], from: number, length: number): void {
  const cuts = cleanCuts(messages.slice(from).map(decodeItem));
  if (cuts[length - from] === true) return;
  const next = messages[from + cuts.indexOf(true, length - from) - 1]?.id ?? '';
  throw new InvalidInputError(
    'upTo',
    `must not come between a call and its result, or reasoning and what it led to: the next message that does not is ${next}`,
  );
}

/** The agent that was at work at the end, as far as the messages tell. */
function agentAt(messages: readonly MessageEntry[], known: readonly string[]): string | null {
  const agents = messages.map(({ handoff, agent }) => (isHandoff(handoff) ? handoff.to : agent));
  return agents.findLast((agent) => agent !== null && known.includes(agent)) ?? null;
}
