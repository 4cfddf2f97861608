/**
 * What the search index over what sessions are found by is asked.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import type { FilterParams, ListParams } from '../../../directory-store.ts';
import { type RedisClientLike, toSender } from '../clients/client.ts';
import { Probe } from '../diagnosis/probe.ts';
import { fieldsOf, listOf, textOf } from '../diagnosis/reply-shape.ts';
import { HashIndex, type SortedRow, sortedRows } from '../search/hash-index.ts';
import type { TimeRange } from '../search/time-range.ts';
import { attributeDigests, projectedDigest, projectionPrefix } from './projection-key.ts';

const TAGS = ['user', 'agents', 'attributes', 'parent'];
const TIMES = ['created', 'updated'];
const SCHEMA = [
  ...TAGS.flatMap((name) => [name, 'TAG', 'CASESENSITIVE']),
  ...TIMES.flatMap((name) => [name, 'NUMERIC', 'SORTABLE']),
  'expires',
  'NUMERIC',
];
/** What puts every session that matches in order; it takes as long as there are. */
const EXACT = '2';
/** What looks at few, and leaves some out that have been written again. */
const ROUGH = '4';

/**
 * The index of the sessions of one prefix.
 */
export class SessionIndex {
  readonly #client: RedisClientLike;
  readonly #index: HashIndex;

  constructor(client: RedisClientLike, keyPrefix: string) {
    this.#client = client;
    this.#index = new HashIndex(client, {
      name: projectionPrefix(keyPrefix),
      schema: SCHEMA,
      isOptional: true,
    });
  }

  /**
   * Gives the first sessions of a query in an order, all of those in the range if they are less than the
   * most; or null where there is no search.
   */
  async find(
    params: ListParams,
    { from, to, without }: TimeRange,
    most: number,
    deadline: Deadline,
  ): Promise<SortedRow[] | null> {
    // A bracket in a value is not looked at.
    const [first, last] = [
      without === 'from' ? '($from' : '$from',
      without === 'to' ? '($to' : '$to',
    ];
    const query = `${filterQuery(params)} @${fieldOf(params)}:[${first} ${last}]`;
    const values = ['PARAMS', '4', 'from', from, 'to', to];
    const args = [query, ...sortedBy(params), ...rowsUpTo(most), ...values, 'DIALECT', EXACT];
    const reply = await this.#index.search(args, deadline);
    return reply === null ? null : sortedRows(reply);
  }

  /**
   * Gives about the time of the first session of all in an order, or null where it is not known.
   */
  async likelyStart(params: ListParams, deadline: Deadline): Promise<number | null> {
    const query = ['*', ...sortedBy(params), ...rowsUpTo(1), 'DIALECT', ROUGH];
    const reply = await this.#index.search(query, deadline);
    const time = reply === null ? Number.NaN : (sortedRows(reply)[0]?.time ?? Number.NaN);
    return Number.isNaN(time) ? null : time;
  }

  /**
   * Counts the sessions of a query, or gives null where there is no search.
   */
  async count(params: FilterParams, deadline: Deadline): Promise<number | null> {
    const { updatedSince } = params;
    const from = updatedSince === undefined ? '-inf' : String(updatedSince);
    const since = updatedSince === undefined ? '' : '@updated:[$from +inf]';
    // A server can take its time to remove what has expired.
    const query = [filterQuery(params), since, '-@expires:[-inf $now]'].join(' ');
    const values = ['PARAMS', '4', 'from', from, 'now', await serverTime(this.#client, deadline)];
    const rest = ['LIMIT', '0', '0', ...values, 'DIALECT', EXACT];
    const reply = await this.#index.search([query, ...rest], deadline);
    if (reply === null) return null;
    const total = Array.isArray(reply)
      ? (reply[0] as unknown)
      : fieldsOf(reply).get('total_results');
    return Number(total);
  }
}

function fieldOf({ orderBy }: ListParams): string {
  return orderBy === 'created' ? 'created' : 'updated';
}

function sortedBy(params: ListParams): string[] {
  return ['SORTBY', fieldOf(params), params.descending ? 'DESC' : 'ASC', 'WITHSORTKEYS'];
}

function rowsUpTo(most: number): string[] {
  return ['LIMIT', '0', String(most), 'RETURN', '1', 'key'];
}

/** In seconds. */
async function serverTime(client: RedisClientLike, deadline: Deadline): Promise<string> {
  const time = await new Probe(toSender(client), deadline).reply('TIME');
  const [seconds = '0', microseconds = '0'] = listOf(time).map(textOf);
  return `${seconds}.${microseconds.padStart(6, '0')}`;
}

/** Texts are in it as hexadecimal digests. What it does not say is compared with the documents. */
function filterQuery({ userId, agent, parentId, attributes = {} }: FilterParams): string {
  const terms = attributeDigests(attributes).map((digest) => `@attributes:{${digest}}`);
  if (userId !== undefined) terms.push(`@user:{${projectedDigest(userId)}}`);
  if (agent !== undefined) terms.push(`@agents:{${projectedDigest(agent)}}`);
  if (parentId !== undefined) terms.push(`@parent:{${projectedDigest(parentId)}}`);
  return terms.join(' ');
}
