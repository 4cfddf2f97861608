/**
 * Reads documents in pages, so that no single command blocks the server for long, and makes sure that
 * the pages belong together.
 *
 * @module
 */
import type { DocumentHead } from '../../document/document.ts';
import { CHANGES_KEPT, recordedChanges } from '../../document/changes.ts';
import { entryId, HEAD_FIELDS, parseHead } from '../../document/document-head.ts';
import type { Deadline } from '../../deadline.ts';
import { CorruptDocumentError, WrongKeyTypeError } from '../../errors.ts';
import { HistoryWalk, takeAll } from '../../document/history-walk.ts';
import { incarnationOf } from '../../document/incarnation.ts';
import type { EntryVisitor, ReadParams, SessionSnapshot } from '../../store.ts';
import { type RedisCommander, replyText } from './commander.ts';
import { head as headScript } from './scripts.generated.ts';

/** Entries in a page: under a millisecond of the server's time. */
const PAGE = 1000;
const MOST_ENTRIES = 2 ** 31;
const HEAD_PATHS = HEAD_FIELDS.map((field) => `$.${field}`);

interface Call {
  readonly key: string;
  readonly sessionId: string;
  readonly deadline: Deadline;
}

/** A stretch of `messages` with the head of the same moment. */
interface Page {
  readonly head: DocumentHead;
  readonly incarnation: string;
  readonly generation: number;
  readonly values: unknown[];
}

/**
 * Reads sessions through one commander.
 */
export class DocumentReader {
  readonly #commander: RedisCommander;

  constructor(commander: RedisCommander) {
    this.#commander = commander;
  }

  /**
   * Reads the head and the selected entries, or null when there is no session.
   */
  async read(params: ReadParams, deadline: Deadline): Promise<SessionSnapshot | null> {
    const { entries, key, sessionId } = params;
    const call = { key, sessionId, deadline };
    if (entries.kind === 'none') return this.#readHead(call);
    if (entries.kind === 'all') return this.#readAll(call, takeAll);
    return this.#walk(call, entries.visitor, entries.sizeHint);
  }

  async #readHead(call: Call): Promise<SessionSnapshot | null> {
    const { key, sessionId, deadline } = call;
    const { reply } = await this.#commander.run({
      script: headScript,
      key,
      args: HEAD_PATHS,
      readOnly: true,
      operationId: '',
      deadline,
    });
    if (reply === null) return null;
    const [kind, detail, json] = (reply as unknown[]).map(String);
    if (kind === 'TYPE') throw new WrongKeyTypeError(sessionId, detail ?? '');
    if (detail === '') throw new CorruptDocumentError(sessionId, 'messages');
    const head = parseHead(firstMatches(json ?? '{}'), sessionId);
    const length = Number(detail);
    return { incarnation: incarnationOf(head), head, length, entries: [], tail: null, visited: 0 };
  }

  /**
   * Reads from the start. Where a writer has touched entries that were read already, it goes back to
   * the lowest of them; so it ends even if writers never do.
   */
  async #readAll(call: Call, newVisitor: () => EntryVisitor): Promise<SessionSnapshot | null> {
    const values: unknown[] = [];
    let last: Page | null = null;
    for (;;) {
      // The page begins with the entry before it, which must still be the last one read.
      const from = Math.max(0, values.length - 1);
      const page: Page | null = await this.#page(call, `${from}:${from + PAGE}`);
      if (page === null) return null;
      const valid = last === null ? 0 : untouched(last, page, values.length);
      if (valid < values.length || (values.length > 0 && !startsWith(page, values.at(-1)))) {
        values.length = valid < values.length ? valid : 0;
        last = page;
        continue;
      }
      values.push(...page.values.slice(values.length - from));
      last = page;
      if (page.values.length < PAGE) {
        const walk = new HistoryWalk(newVisitor());
        walk.seeAll(values);
        return snapshot(page, walk, values.length);
      }
    }
  }

  /**
   * Reads back from the end until the visitor has enough.
   */
  async #walk(
    call: Call,
    newVisitor: () => EntryVisitor,
    sizeHint: number,
  ): Promise<SessionSnapshot | null> {
    const size = Math.min(PAGE, Math.max(1, sizeHint));
    const newest = await this.#page(call, `-${size}:`);
    if (newest === null) return null;
    const walk = new HistoryWalk(newVisitor());
    walk.seeAll(newest.values);
    if (walk.ended || newest.values.length < size) return snapshot(newest, walk, null);
    let oldest = newest.values[0];
    let position = positionOfOldest(newest);
    do {
      const from = Math.max(0, position - PAGE);
      const page = position < 0 ? null : await this.#page(call, `${from}:${position + 1}`);
      if (page === null || !continues(newest, page, oldest)) return this.#readAll(call, newVisitor);
      walk.seeAll(page.values.slice(0, -1));
      oldest = page.values[0];
      position = from;
    } while (!walk.ended && position > 0);
    return snapshot(newest, walk, null);
  }

  async #page(call: Call, slice: string): Promise<Page | null> {
    const messages = `$.messages[${slice}]`;
    const reply = await this.#get(call, [...HEAD_PATHS, messages]);
    if (reply === null) return null;
    const found = JSON.parse(reply) as Record<string, unknown[]>;
    const values = found[messages] ?? [];
    if (values.length === 0) await this.#checkMessages(call);
    const head = parseHead(firstOfEach(found), call.sessionId);
    return {
      head,
      incarnation: incarnationOf(head),
      generation: head.state?.generation ?? 0,
      values,
    };
  }

  async #get({ key, sessionId, deadline }: Call, paths: string[]): Promise<string | null> {
    try {
      const reply = await this.#commander.read(key, ['JSON.GET', key, ...paths], deadline);
      return replyText(reply);
    } catch (error) {
      // The text of that refusal differs between servers; the type does not.
      const type = await this.#commander.read(key, ['TYPE', key], deadline).catch(() => 'none');
      const name = replyText(type) ?? 'none';
      if (name === 'none' || name === 'ReJSON-RL') throw error;
      throw new WrongKeyTypeError(sessionId, name);
    }
  }

  /** A slice of something that is not an array is empty, and looks like an empty history. */
  async #checkMessages({ key, sessionId, deadline }: Call): Promise<void> {
    const reply = await this.#commander.read(key, ['JSON.TYPE', key, '$.messages'], deadline);
    const [type] = [reply].flat(2);
    if (reply !== null && String(type) !== 'array') {
      throw new CorruptDocumentError(sessionId, 'messages');
    }
  }
}

function snapshot(page: Page, walk: HistoryWalk, length: number | null): SessionSnapshot {
  const { incarnation, head, generation } = page;
  const { entries, visited } = walk;
  return { incarnation, head, length, entries, visited, tail: walk.tail(generation) };
}

/**
 * Where the oldest value of the newest page stands, by the document's own count. The Python class
 * counts after it appends, and others may write anything; so it counts only once the page before has
 * been seen to overlap. Negative: of no use. (A number past 63 bits in a path ends the server.)
 */
function positionOfOldest({ head, values }: Page): number {
  const position = head.metadata.message_count - values.length;
  return Number.isInteger(position) && position <= MOST_ENTRIES ? position : -1;
}

/** How many of the entries that were read by `before` are still the same in `after`. */
function untouched(before: Page, after: Page, read: number): number {
  if (before.incarnation !== after.incarnation) return 0;
  if (before.generation === after.generation) return read;
  // A replica that was promoted may never have had what was read.
  if (before.generation > after.generation) return 0;
  const changes = recordedChanges(after.head);
  const reachesBack =
    changes.some(([generation]) => generation === before.generation) ||
    (before.generation === 0 && changes.length < CHANGES_KEPT);
  if (!reachesBack) return 0;
  const since = changes.filter(([generation]) => generation > before.generation);
  return Math.min(read, ...since.map(([, lowestIndex]) => lowestIndex));
}

function continues(newer: Page, older: Page, oldest: unknown): boolean {
  return (
    newer.incarnation === older.incarnation &&
    newer.generation === older.generation &&
    entryId(oldest) !== '' &&
    sameValue(older.values.at(-1), oldest)
  );
}

function startsWith(page: Page, value: unknown): boolean {
  return page.values.length > 0 && sameValue(page.values[0], value);
}

function sameValue(left: unknown, right: unknown): boolean {
  const id = entryId(left);
  return id === '' ? JSON.stringify(left) === JSON.stringify(right) : id === entryId(right);
}

function firstMatches(json: string): Record<string, unknown> {
  return firstOfEach(JSON.parse(json) as Record<string, unknown[]>);
}

function firstOfEach(found: Record<string, unknown[]>): Record<string, unknown> {
  return Object.fromEntries(HEAD_FIELDS.map((field) => [field, found[`$.${field}`]?.[0]]));
}
