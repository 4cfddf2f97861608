/**
 * One caller: makes one call after the other, on sessions that others use too.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { JSONSession, type JSONSessionOptions, SessionError } from '../../src/index.ts';
import { classifyFailure } from '../../src/stores/redis/clients/failure.ts';
import { type Call, type Kind, newCall, now, POPPING, type Selection } from './call.ts';
import { noteCall } from './call-log.ts';
import { type Connection, type Given, type Move, MOVES } from './moves.ts';
import { type PlannedCall, ttlOf } from './plan.ts';
import type { Stalls } from './stalls.ts';
import { textIn, textsOf } from './texts.ts';

const WAIT_MS = 1500;
const LEAST_LEASE_MS = 1000;
const MOST_SUFFIX = 4;
const RUN_TEXTS = 4;
/** A run makes several calls, one after the other. */
const CALLS_IN_RUN = 6;
const REPEATABLE: ReadonlySet<Kind> = new Set(['addMessage', 'addItems', 'append', 'replace']);
const SELECTIONS: readonly Selection[] = [
  {},
  { limit: 5 },
  { role: 'user' },
  { role: 'assistant', limit: 3 },
  { role: 'tool' },
  { recent: true },
];

/**
 * What a caller works with.
 */
export interface CallerOptions {
  readonly writer: string;
  readonly isRedis: boolean;
  /** Where its sessions are. */
  readonly place: Pick<JSONSessionOptions, 'url' | 'store' | 'keyPrefix'>;
  readonly timeoutMs: number;
  /** The file in which it notes its calls. */
  readonly log: string;
  readonly python: Connection | null;
  readonly stalls: Stalls;
}

interface Handle {
  readonly session: JSONSession;
  readonly since: number;
}

type Details = Partial<Pick<Call, 'texts' | 'selection' | 'removed' | 'limit' | 'operationId'>> &
  Partial<Pick<Move, 'suffix' | 'messageId'>>;

/**
 * Makes calls and notes them.
 */
export class Caller {
  readonly #options: CallerOptions;
  readonly #handles = new Map<number, Handle>();
  #lock: string | null = null;
  #number = 0;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /**
   * Makes a planned call, with those that it needs before it.
   */
  async make(planned: PlannedCall): Promise<void> {
    const { kind, amount, session, coin } = planned;
    if (kind === 'exclusive') await this.#makeExclusive(planned);
    else if (kind === 'replace') await this.#replace(planned);
    else if (kind === 'undoTo') await this.#undo(planned);
    else await this.#call(kind, planned, this.#detailsOf(planned));
    // A new handle knows nothing of the session.
    if (kind === 'delete' || (amount > 15 && coin)) await this.#forget(session);
  }

  async close(): Promise<void> {
    for (const session of this.#handles.keys()) await this.#forget(session);
  }

  async #replace(planned: PlannedCall): Promise<void> {
    const limit = Math.min(planned.amount, MOST_SUFFIX);
    let suffix: AgentInputItem[] = [];
    await this.#call('getItems', planned, { selection: { limit } }, async ({ session }) => {
      suffix = await session.getItems(limit);
      return { found: suffix.map(textIn) };
    });
    const details = this.#detailsOf(planned);
    if (suffix.length === 0) await this.#call('append', planned, details);
    else await this.#call('replace', planned, { ...details, suffix, removed: suffix.map(textIn) });
  }

  async #undo(planned: PlannedCall): Promise<void> {
    const selection = { limit: Math.min(planned.amount, MOST_SUFFIX) };
    let messageId = '';
    await this.#call('getMessages', planned, { selection }, async ({ session }) => {
      const messages = await session.getMessages(selection);
      messageId = messages[0]?.id ?? '';
      return { found: messages.map(({ content }) => textIn(content)) };
    });
    if (messageId !== '') await this.#call('undoTo', planned, { messageId });
  }

  #detailsOf({ kind, amount, coin, otherCoin }: PlannedCall): Details {
    const { writer, timeoutMs } = this.#options;
    const texts = (count: number): string[] => textsOf(writer, this.#number, count);
    const operationId = `${writer} ${this.#number}`;
    switch (kind) {
      case 'addMessage':
        return { texts: texts(1), operationId: otherCoin ? operationId : null };
      case 'addItems':
        return { texts: texts(amount), operationId: otherCoin ? operationId : null };
      case 'append':
      case 'replace':
        return { texts: texts(amount), operationId };
      case 'python':
        return { texts: texts(1), limit: null };
      case 'run':
        return { texts: texts(RUN_TEXTS), limit: timeoutMs * CALLS_IN_RUN };
      case 'getItems':
        return { selection: coin ? {} : { limit: amount } };
      case 'getMessages':
        return {
          selection: coin ? { agent: writer } : (SELECTIONS[amount % SELECTIONS.length] ?? {}),
        };
      default:
        return {};
    }
  }

  async #makeExclusive(planned: PlannedCall): Promise<void> {
    const { session: index, amount, coin } = planned;
    const { timeoutMs } = this.#options;
    const handle = this.#handle(index);
    const call = this.#newCall('exclusive', index, handle, { limit: WAIT_MS + timeoutMs });
    const lock = `${call.writer}-${call.number}`;
    const lease = LEAST_LEASE_MS * (1 + (amount % 3));
    await this.#record(call, async () => {
      const work = async (): Promise<void> => {
        call.acquired = now();
        this.#lock = lock;
        for (let count = 0; count <= amount % 4; count += 1) {
          const kind = coin ? 'addMessage' : 'addItems';
          const inner = { ...planned, kind, amount: 1 + ((amount + count) % 6) } as const;
          await this.#call(kind, inner, this.#detailsOf(inner));
        }
        this.#lock = null;
      };
      await handle.session.exclusive(work, { wait: WAIT_MS, lease });
      return {};
    });
    this.#lock = null;
  }

  async #call(
    kind: Exclude<Kind, 'exclusive'>,
    { session: index, coin }: PlannedCall,
    details: Details,
    move: (move: Move) => Promise<Given> = MOVES[kind],
  ): Promise<void> {
    const handle = this.#handle(index);
    const call = this.#newCall(kind, index, handle, details);
    const { suffix = [], messageId = '' } = details;
    const { python, place } = this.#options;
    const key = `${place.keyPrefix ?? ''}${call.session}`;
    const { session } = handle;
    const attempt = (): Promise<Given> => move({ session, call, key, suffix, messageId, python });
    await this.#record(call, attempt);
    const isRepeatable = REPEATABLE.has(kind) && call.operationId !== null;
    if (call.outcome === 'unknown' && isRepeatable && coin) await this.#repeat(call, attempt);
    if (call.code === 'session_expired') await this.#forget(index);
  }

  async #record(call: Call, work: () => Promise<Given>): Promise<void> {
    const { log, stalls } = this.#options;
    noteCall(log, call);
    const before = stalls.total;
    call.begun = now();
    try {
      Object.assign(call, await work(), { outcome: 'acknowledged', code: '' });
    } catch (error) {
      Object.assign(call, failureOf(error, call));
    }
    call.ended = now();
    call.stalled = stalls.total - before;
    noteCall(log, call);
  }

  /** Says that it was repeated, or that it still is not known. */
  async #repeat(call: Call, attempt: () => Promise<Given>): Promise<void> {
    const { log, stalls } = this.#options;
    const before = stalls.total;
    const time = now();
    try {
      await attempt();
      call.outcome = 'repeated';
      call.code = '';
    } catch (error) {
      call.code = `${failureOf(error, call).code}`;
    }
    call.ended = now();
    // Only the second half has a time to be held to.
    call.stalled = stalls.total - before + (time - call.begun);
    noteCall(log, call);
  }

  #newCall(kind: Kind, index: number, { since }: Handle, details: Details): Call {
    const { writer, timeoutMs } = this.#options;
    const { suffix: _suffix, messageId: _messageId, ...given } = details;
    const number = this.#number;
    this.#number += 1;
    return newCall({
      writer,
      number,
      kind,
      session: `s${index}`,
      handleSince: since,
      lock: this.#lock,
      limit: timeoutMs,
      ...given,
    });
  }

  #handle(index: number): Handle {
    const { place, timeoutMs, isRedis } = this.#options;
    const ttl = ttlOf(index, isRedis) ?? undefined;
    const handle = this.#handles.get(index) ?? {
      session: new JSONSession({ ...place, sessionId: `s${index}`, timeoutMs, ttl }),
      since: now(),
    };
    this.#handles.set(index, handle);
    return handle;
  }

  async #forget(index: number): Promise<void> {
    const handle = this.#handles.get(index);
    // Others of this caller still write with it.
    if (this.#lock !== null) return;
    this.#handles.delete(index);
    await handle?.session.close();
  }
}

function failureOf(error: unknown, { kind, operationId }: Call): Partial<Call> {
  const code = codeOf(error);
  if (kind === 'python') {
    const isUnknown = classifyFailure(error) === 'unknown';
    return { outcome: isUnknown ? 'unknown' : 'rejected', code: isUnknown ? '' : 'python' };
  }
  // Of a run that failed, some may be stored.
  if (kind === 'run') return { outcome: 'unknown', code };
  if (code !== 'outcome_unknown') return { outcome: 'rejected', code };
  const ownId = (error as { operationId?: unknown }).operationId;
  const isOwn = typeof ownId === 'string' && !POPPING.has(kind);
  return { outcome: 'unknown', code, operationId: operationId ?? (isOwn ? ownId : null) };
}

function codeOf(error: unknown): string {
  if (error instanceof SessionError) return error.code;
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return name === 'UserError' ? 'user_error' : name;
}
