/**
 * Reads documents in pages, so that no single command blocks the server for long, and makes sure that
 * the pages belong together.
 *
 * @module
 */
import { entryId, HEAD_FIELDS, parseHead } from '../../document/document-head.ts';
import type { Deadline } from '../../deadline.ts';
import { CorruptDocumentError, WrongKeyTypeError } from '../../errors.ts';
import { hiddenId, HistoryWalk, type WalkedSelection } from '../../document/history-walk.ts';
import { incarnationOf } from '../../document/incarnation.ts';
import { readOperation } from '../../document/operations.ts';
import type { ReadParams, SessionSnapshot } from '../../store.ts';
import type { RedisCommander } from './commander.ts';
import { continues, type HeadPart, hiddenIndex, type Page, positionOfOldest } from './page.ts';
import { HistoryCache } from './history-cache.ts';
import { PageStretch } from './page-stretch.ts';
import { hexadecimal } from './hexadecimal.ts';
import { replyJson, replyText, replyTexts } from './reply.ts';
import { head as headScript } from './scripts.generated.ts';

/** Entries in a page: under a millisecond of the server's time. */
const PAGE = 1000;
const HEAD_PATHS = HEAD_FIELDS.map((field) => `$.${field}`);

/** What a reply holds for each path. */
type Matches = Record<string, unknown[]>;

interface Call {
  readonly key: string;
  readonly sessionId: string;
  readonly deadline: Deadline;
  readonly operationId: string | undefined;
  /** What every reply brings along. */
  readonly paths: readonly string[];
}

/**
 * Reads sessions through one commander.
 */
export class DocumentReader {
  readonly #commander: RedisCommander;
  readonly #cache: HistoryCache;

  /**
   * @param cacheBytes - Of JSON text of histories that are kept to go on from.
   */
  constructor(commander: RedisCommander, cacheBytes: number) {
    this.#commander = commander;
    this.#cache = new HistoryCache(cacheBytes);
  }

  /** Forgets what was read of a session. */
  forget(key: string): void {
    this.#cache.take(key);
  }

  /**
   * Reads the head and the selected entries, or null when there is no session.
   */
  async read(params: ReadParams, deadline: Deadline): Promise<SessionSnapshot | null> {
    const { entries, key, sessionId, operationId } = params;
    const paths = [
      ...HEAD_PATHS,
      ...(operationId === undefined ? [] : [operationPath(operationId)]),
    ];
    const call = { key, sessionId, deadline, operationId, paths };
    if (entries.kind === 'none') return this.#readHead(call);
    if (entries.kind === 'all') return this.#readAll(call, entries);
    return this.#walk(call, entries);
  }

  async #readHead(call: Call): Promise<SessionSnapshot | null> {
    const { key, sessionId, deadline, paths } = call;
    const { reply } = await this.#commander.run({
      script: headScript,
      key,
      args: paths,
      readOnly: true,
      operationId: '',
      deadline,
    });
    if (reply === null) return null;
    const [kind, detail, json] = replyTexts(reply);
    if (kind === 'TYPE') throw new WrongKeyTypeError(sessionId, detail ?? '');
    if (detail === '') throw new CorruptDocumentError(sessionId, 'messages');
    const part = headPart(call, replyJson(json ?? '') as Matches);
    return snapshot(part, new HistoryWalk({ kind: 'all' }, part.head), Number(detail));
  }

  /**
   * Reads from the start, or from where the model's view is said to begin.
   */
  async #readAll(
    call: Call,
    selection: WalkedSelection,
    fromHint: boolean = selection.within === 'history',
  ): Promise<SessionSnapshot | null> {
    const known = fromHint ? this.#cache.take(call.key) : undefined;
    const stretch = known ?? new PageStretch((head) => (fromHint ? hiddenIndex(head) : 0));
    for (;;) {
      const page = await this.#page(call, `${stretch.next}:${stretch.next + PAGE}`);
      if (page === null) return null;
      if (!stretch.add(page) || page.values.length === PAGE) continue;
      const { values, start, end } = stretch;
      if (start > 0 && entryId(values[0]) !== hiddenId(page.head)) {
        // Another program has moved or removed what the view begins behind.
        return this.#readAll(call, selection, false);
      }
      const walk = new HistoryWalk(selection, page.head);
      walk.seeAll(values);
      if (fromHint) this.#cache.keep(call.key, stretch);
      return snapshot(page, walk, end);
    }
  }

  /**
   * Reads back from the end until the visitor has enough.
   */
  async #walk(
    call: Call,
    selection: Extract<WalkedSelection, { kind: 'walk' }>,
  ): Promise<SessionSnapshot | null> {
    const size = Math.min(PAGE, Math.max(1, selection.sizeHint));
    const newest = await this.#page(call, `-${size}:`);
    if (newest === null) return null;
    const walk = new HistoryWalk(selection, newest.head);
    walk.seeAll(newest.values);
    if (walk.ended || newest.values.length < size) return snapshot(newest, walk, null);
    let oldest = newest.values[0];
    let position = positionOfOldest(newest);
    do {
      const from = Math.max(0, position - PAGE);
      const page = position < 0 ? null : await this.#page(call, `${from}:${position + 1}`);
      if (page === null || !continues(newest, page, oldest)) return this.#readAll(call, selection);
      walk.seeAll(page.values.slice(0, -1));
      oldest = page.values[0];
      position = from;
    } while (!walk.ended && position > 0);
    return snapshot(newest, walk, null);
  }

  async #page(call: Call, slice: string): Promise<Page | null> {
    const messages = `$.messages[${slice}]`;
    const reply = await this.#get(call, [...call.paths, messages]);
    if (reply === null) return null;
    const found = replyJson(reply) as Matches;
    const values = found[messages] ?? [];
    if (values.length === 0) await this.#checkMessages(call);
    return { ...headPart(call, found), values, bytes: reply.length };
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
    const [type = ''] = [reply].flat(2);
    const name = replyText(type);
    // Null is the type of nothing at all: an empty session that has been removed in between.
    if (name !== null && name !== 'array') {
      throw new CorruptDocumentError(sessionId, 'messages');
    }
  }
}

function headPart({ sessionId, operationId }: Call, found: Matches): HeadPart {
  const head = parseHead(firstOfEach(found), sessionId);
  const operation = operationId === undefined ? undefined : found[operationPath(operationId)]?.[0];
  return {
    head,
    incarnation: incarnationOf(head),
    generation: head.state?.generation ?? 0,
    operation: operation === undefined ? null : readOperation(operation),
  };
}

/** The id is a hexadecimal digest: no text of a caller gets into the path. */
function operationPath(id: string): string {
  return `$.operations["${hexadecimal(id, 'operationId')}"]`;
}

function snapshot(part: HeadPart, walk: HistoryWalk, length: number | null): SessionSnapshot {
  const { incarnation, head, generation, operation } = part;
  const { entries, visited, inHistory } = walk;
  const tail = walk.tail(generation);
  return { incarnation, head, length, entries, inHistory, operation, visited, tail };
}

function firstOfEach(found: Matches): Record<string, unknown> {
  return Object.fromEntries(HEAD_FIELDS.map((field) => [field, found[`$.${field}`]?.[0]]));
}
