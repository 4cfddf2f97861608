/**
 * A search index over hashes that stand beside sessions: made when it is needed first, and again when it
 * is gone. It covers those hashes alone, never a session.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { StoreUnavailableError } from '../../../errors.ts';
import type { RedisClientLike } from '../clients/client.ts';
import { type Answer, Probe } from '../diagnosis/probe.ts';
import { fieldsOf, listOf, textOf } from '../diagnosis/reply-shape.ts';
import { findSearchServer } from './search-server.ts';

const INDEXING_PAUSE_MS = 20;
/** Who can do without a new index does not wait longer for it. */
const BRIEF_WAIT_MS = 200;
/** Ids alone are kept of a term: nothing is ranked. */
const LEAN = ['NOOFFSETS', 'NOHL', 'NOFIELDS', 'NOFREQS', 'STOPWORDS', '0'];

/** A hash that was found, in an order by time. */
export interface SortedRow {
  /** The key of the hash. */
  readonly id: string;
  /** Unix time in seconds; not a number for one that has just expired. */
  readonly time: number;
  /** Those that were asked for. */
  readonly fields: ReadonlyMap<string, unknown>;
}

/** What an index is, and to whom. */
export interface HashIndexParams {
  /** Its name, with which the keys of its hashes begin. */
  readonly name: string;
  /** Its fields, as FT.CREATE takes them. */
  readonly schema: readonly string[];
  /** Whether the asker has another way, so that nobody has to wait until a new index covers all. */
  readonly isOptional: boolean;
}

/**
 * An index over the hashes whose keys begin with its name.
 */
export class HashIndex {
  readonly #client: RedisClientLike;
  readonly #params: HashIndexParams;
  #isReady = false;

  constructor(client: RedisClientLike, params: HashIndexParams) {
    this.#client = client;
    this.#params = params;
  }

  /**
   * Gives the reply to a search, or null where there is no search, or none yet and it is optional.
   *
   * @throws `StoreUnavailableError` (`store_unavailable`) when a new index does not cover all in time.
   * @param args - What follows the name of the index: no text of a caller but in PARAMS or as a digest.
   */
  async search(args: readonly string[], deadline: Deadline): Promise<unknown> {
    const server = await findSearchServer(this.#client, deadline);
    if (server === null) return null;
    const probe = new Probe(server, deadline);
    // It can be gone since it was found to be ready.
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      if (!this.#isReady && !(await this.#prepare(probe, deadline))) return null;
      const answer = await probe.ask('FT.SEARCH', this.#params.name, ...args);
      if (answer.kind === 'reply') return answer.reply;
      this.#isReady = false;
    }
    return null;
  }

  async #prepare(probe: Probe, deadline: Deadline): Promise<boolean> {
    const { name, schema, isOptional } = this.#params;
    let about: Answer = await probe.ask('FT.INFO', name);
    if (about.kind === 'error') {
      const definition = ['ON', 'HASH', 'PREFIX', '1', name];
      await probe.ask('FT.CREATE', name, ...definition, ...LEAN, 'SCHEMA', ...schema);
      about = await probe.ask('FT.INFO', name);
    }
    const least = isOptional ? Math.max(0, deadline.remaining - BRIEF_WAIT_MS) : 0;
    while (isIndexing(about)) {
      await deadline.pause(INDEXING_PAUSE_MS);
      if (isOptional && deadline.remaining <= least) return false;
      about = await askAgain(probe, name, deadline, about);
    }
    this.#isReady = about.kind === 'reply';
    return this.#isReady;
  }
}

function isIndexing(about: Answer): boolean {
  return about.kind === 'reply' && textOf(fieldsOf(about.reply).get('indexing')) !== '0';
}

/** A server that makes an index is slow to answer, too. */
async function askAgain(
  probe: Probe,
  name: string,
  deadline: Deadline,
  last: Answer,
): Promise<Answer> {
  try {
    return await probe.ask('FT.INFO', name);
  } catch (error) {
    throw deadline.passed && !deadline.isAborted ? stillIndexing(last) : error;
  }
}

function stillIndexing(about: Answer): StoreUnavailableError {
  const covered =
    about.kind === 'reply' ? Number(textOf(fieldsOf(about.reply).get('percent_indexed'))) : 0;
  return new StoreUnavailableError(
    `Redis is making the index, and has looked at ${Math.floor(covered * 100)} percent of its keys: search again later`,
  );
}

/**
 * Gives the rows of a reply to a search with WITHSORTKEYS, in either protocol. Times are those of the order,
 * as fields would have lost digits.
 */
export function sortedRows(reply: unknown): SortedRow[] {
  if (!Array.isArray(reply)) {
    return listOf(fieldsOf(reply).get('results')).map((row) => {
      const parts = fieldsOf(row);
      return sortedRow(parts.get('id'), parts.get('sortkey'), parts.get('extra_attributes'));
    });
  }
  const rows: SortedRow[] = [];
  for (let at = 1; at + 2 < reply.length; at += 3) {
    rows.push(sortedRow(reply[at], reply[at + 1], reply[at + 2]));
  }
  return rows;
}

function sortedRow(id: unknown, sortKey: unknown, fields: unknown): SortedRow {
  const time = textOf(sortKey).replace('#', '');
  return { id: textOf(id), time: Number(time === '' ? 'NaN' : time), fields: fieldsOf(fields) };
}
