/**
 * Keeps what messages are found by: a hash for each, beside its session. The documents are the truth, and
 * each step compares with them, so that what one write has missed, the next one makes good.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { isMessageEntry } from '../../../document/document-head.ts';
import { SessionError } from '../../../errors.ts';
import { wordsOf } from '../../../search/words.ts';
import type { SessionName } from '../beside-session.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { listOf, textOf } from '../diagnosis/reply-shape.ts';
import { projectedDigest } from '../directory/projection-key.ts';
import { replyJson, replyText } from '../clients/reply.ts';
import { indexMessages } from '../scripts.generated.ts';
import type { KeptBeside } from './kept-beside.ts';
import { messageKey, messagesKey, messagesPath, messagesPrefix } from './message-keys.ts';

/** The most messages of one step, and about how many characters of words: a few milliseconds of the server. */
const STEP = 50;
const STEP_CHARACTERS = 16_000;
/** How many are read where nothing is known of their sizes. */
const FIRST_READ = 10;
const KEYS_OF_A_STEP = 500;
/** The most messages that are read after one write to make good what others have left; the next one goes on. */
const MOST_MADE_GOOD = 1000;

/** What a message is found by, as the script takes it: id, role, digest of the agent, words. */
type Row = readonly [id: string, role: string, agent: string, words: string];

/**
 * What a write has done to the messages, beside taking some away.
 */
export interface Written {
  /** Those that it has appended. */
  readonly entries?: readonly unknown[];
  /** Whether it has changed nothing else. */
  readonly isAppend?: boolean;
  /** Whether they are all messages of the session. */
  readonly isWhole?: boolean;
}

/** What a script was told, beside the session. */
interface Step {
  readonly rows: readonly Row[];
  /** Of what the rows were read from; empty for messages that have just been appended. */
  readonly version: string;
  readonly mode: 'anew' | 'forget' | '';
}

/**
 * What messages are found by, through one commander.
 */
export class MessageProjection implements KeptBeside {
  readonly prefixOf: KeptBeside['prefixOf'] = messagesPrefix;
  readonly #commander: RedisCommander;

  constructor(commander: RedisCommander) {
    this.#commander = commander;
  }

  /**
   * Takes in what a write has done. It does not fail: the write was applied.
   */
  async afterWrite(session: SessionName, write: Written, deadline: Deadline): Promise<void> {
    const { entries = [], isAppend = false, isWhole = false } = write;
    const rows = rowsOf(entries);
    // Encrypted ones have no words.
    const isAll = isAppend && rows.length === entries.length;
    if (isAll && rows.length > 0 && rows.every(([, , , words]) => words === '')) return;
    const step = { rows: isWhole ? [] : rows, version: '', mode: isWhole ? 'anew' : '' } as const;
    const most = isWhole ? Infinity : MOST_MADE_GOOD + entries.length;
    await this.#try(session, step, most, deadline);
  }

  async renew(session: SessionName, deadline: Deadline): Promise<void> {
    await this.#go(session, { rows: [], version: '', mode: 'anew' }, Infinity, deadline);
  }

  /**
   * Removes what is of the session no more, and adds nothing. It does not fail, as {@link afterWrite}.
   */
  async forget(session: SessionName, deadline: Deadline): Promise<void> {
    await this.#try(session, { rows: [], version: '', mode: 'forget' }, Infinity, deadline);
  }

  async compare(session: SessionName, deadline: Deadline): Promise<'same' | 'missing' | 'stale'> {
    const { key } = session;
    const base = messagesKey(session);
    const replies = await Promise.all([
      this.#commander.read(base, ['HMGET', base, 'life', 'generation', 'count'], deadline),
      this.#commander.read(key, ['JSON.GET', key, '$.state.generation'], deadline),
      this.#commander.read(key, ['JSON.ARRLEN', key, '$.messages'], deadline),
      // What a life is known by: as the script does, the second where the first is not there.
      this.#commander.read(key, ['JSON.GET', key, '$.state.incarnation'], deadline),
      this.#commander.read(key, ['JSON.GET', key, '$.created_at'], deadline),
    ]);
    const [life = '', generation, count] = listOf(replies[0]).map(textOf);
    const length = Number(listOf(replies[2])[0] ?? 0);
    if (count === '' || count === undefined) return length > 0 ? 'missing' : 'same';
    const isSame = generation === textOf(replies[1]) && replies.slice(3).map(textOf).includes(life);
    if (!isSame || Number(count) !== length) return 'stale';
    return (await this.#areThere(base, length, deadline)) ? 'same' : 'stale';
  }

  async #try(session: SessionName, first: Step, most: number, deadline: Deadline): Promise<void> {
    try {
      await this.#go(session, first, most, deadline);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
    }
  }

  async #areThere(base: string, count: number, deadline: Deadline): Promise<boolean> {
    for (let from = 0; from < count; from += KEYS_OF_A_STEP) {
      const some = Array.from({ length: Math.min(KEYS_OF_A_STEP, count - from) }, (_, index) =>
        messageKey(base, from + index),
      );
      const there = await this.#commander.read(base, ['EXISTS', ...some], deadline);
      if (Number(there) !== some.length) return false;
    }
    return true;
  }

  /** Goes on until all is taken in, or enough messages are. */
  async #go(session: SessionName, first: Step, most: number, deadline: Deadline): Promise<void> {
    let next: Step | null = first;
    for (let taken = 0; next !== null && taken < most; taken += next?.rows.length ?? 0) {
      next = await this.#take(session, next, deadline);
    }
  }

  /** Takes one step, and gives the next one, or null where there is none. */
  async #take(session: SessionName, step: Step, deadline: Deadline): Promise<Step | null> {
    const { key } = session;
    const { reply } = await this.#commander.run({
      script: indexMessages,
      key,
      besides: [messagesKey(session)],
      args: [String(STEP), step.mode, JSON.stringify(step.rows), step.version],
      readOnly: false,
      durable: false,
      operationId: '',
      deadline,
    });
    const [status, count, version = ''] = listOf(reply).map(textOf);
    if (status === 'KNOWN') return null;
    if (status !== 'BEHIND')
      return { rows: [], version: '', mode: step.mode === 'forget' ? step.mode : '' };
    const size = Math.min(STEP, step.rows.length * 2 || FIRST_READ);
    const values = await this.#valuesFrom(key, { from: Number(count), size }, deadline);
    return { rows: rowsOf(values), version, mode: '' };
  }

  async #valuesFrom(
    key: string,
    { from, size }: { from: number; size: number },
    deadline: Deadline,
  ): Promise<unknown[]> {
    const read = await this.#commander.read(
      key,
      ['JSON.GET', key, messagesPath(from, from + size)],
      deadline,
    );
    const reply = replyText(read);
    return reply === null ? [] : (replyJson(reply) as unknown[]);
  }
}

/** As many as one step takes. */
function rowsOf(values: readonly unknown[]): Row[] {
  const rows: Row[] = [];
  let characters = 0;
  for (const value of values.slice(0, STEP)) {
    const row = rowOf(value);
    rows.push(row);
    characters += row[3].length;
    if (characters >= STEP_CHARACTERS) break;
  }
  return rows;
}

function rowOf(value: unknown): Row {
  if (!isMessageEntry(value)) return ['', '', '', ''];
  const { id, role, agent, content } = value;
  const words = [...wordsOf(content)].join(' ');
  return [id, role, typeof agent === 'string' ? projectedDigest(agent) : '', words];
}
