/**
 * What the search index over what messages are found by is asked. It finds places, the documents say the
 * rest: what it is behind in, or wrong about, is left out.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import type { FoundEntry, SearchParams } from '../../../directory-store.ts';
import {
  comparePlaces,
  FoundCollector,
  isFound,
  type TimedPlace,
} from '../../../search/entry-match.ts';
import type { RedisClientLike } from '../clients/client.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { textOf } from '../diagnosis/reply-shape.ts';
import { projectedDigest } from '../directory/projection-key.ts';
import { replyJson, replyText } from '../clients/reply.ts';
import { HashIndex, type SortedRow, sortedRows } from './hash-index.ts';
import { messagesPath, messagesPrefix, positionOf } from './message-keys.ts';
import { rowsInOrder } from './rows-in-order.ts';
import type { TimeRange } from './time-range.ts';

const TAGS = ['role', 'agent', 'user'];
const WORDS = ['words', 'TAG', 'SEPARATOR', ' ', 'CASESENSITIVE'];
const SCHEMA = [
  ...WORDS,
  ...TAGS.flatMap((name) => [name, 'TAG', 'CASESENSITIVE']),
  'time',
  'NUMERIC',
  'SORTABLE',
];

/** Messages that are read at once. */
const READ_AT_ONCE = 100;

/**
 * The index of the messages of one prefix of sessions.
 */
export class MessageIndex {
  readonly #index: HashIndex;
  readonly #commander: RedisCommander;

  constructor(client: RedisClientLike, commander: RedisCommander, keyPrefix: string) {
    this.#index = new HashIndex(client, {
      name: messagesPrefix(keyPrefix),
      schema: SCHEMA,
      isOptional: false,
    });
    this.#commander = commander;
  }

  /** Finds messages, the newest first, or gives null where there is no search. */
  async search(params: SearchParams, deadline: Deadline): Promise<readonly FoundEntry[] | null> {
    const collector = new FoundCollector(params.limit);
    const order = {
      descending: true,
      range: { from: String(params.since ?? '-inf'), to: '+inf' },
      start: Date.now() / 1000,
      most: params.limit + 1,
      find: async (range: TimeRange, most: number) => this.#find(params, range, most, deadline),
    };
    for await (const rows of rowsInOrder(order, deadline)) {
      if (rows === null) return null;
      await this.#collect(collector, rows, params, deadline);
      if (collector.found.length === params.limit) break;
    }
    return collector.found;
  }

  async #find(
    params: SearchParams,
    { from, to, without }: TimeRange,
    most: number,
    deadline: Deadline,
  ): Promise<SortedRow[] | null> {
    const last = without === 'to' ? '($to' : '$to';
    const { terms, values } = termsOf(params);
    const named = { ...values, from, to };
    const pairs = Object.entries(named).flat();
    const order = ['SORTBY', 'time', 'DESC', 'WITHSORTKEYS', 'LIMIT', '0', String(most)];
    const rest = ['RETURN', '1', 'key', 'PARAMS', String(pairs.length), ...pairs, 'DIALECT', '2'];
    const args = [`${terms.join(' ')} @time:[$from ${last}]`, ...order, ...rest];
    const reply = await this.#index.search(args, deadline);
    return reply === null ? null : sortedRows(reply);
  }

  /** Reads no more than are needed: an import, or one write, can have many messages of one time. */
  async #collect(
    collector: FoundCollector,
    rows: readonly SortedRow[],
    params: SearchParams,
    deadline: Deadline,
  ): Promise<void> {
    const places = rows.map(placeOf).filter((place) => place !== null);
    places.sort(comparePlaces);
    for (let from = 0; from < places.length; from += READ_AT_ONCE) {
      if (collector.found.length === params.limit) return;
      const some = places.slice(from, from + READ_AT_ONCE);
      const read = await Promise.all(some.map((one) => this.#entryAt(one, params, deadline)));
      for (const found of read) if (found !== null) collector.add(found);
    }
  }

  async #entryAt(
    { key, index }: TimedPlace,
    params: SearchParams,
    deadline: Deadline,
  ): Promise<FoundEntry | null> {
    if (!key.startsWith(params.keyPrefix)) return null;
    const paths = [messagesPath(index), '$.user_id'];
    const read = await this.#commander.read(key, ['JSON.GET', key, ...paths], deadline);
    const reply = replyText(read);
    if (reply === null) return null;
    const values = replyJson(reply) as Record<string, unknown[]>;
    const [entry, owner] = paths.map((path) => values[path]?.[0]);
    const userId = typeof owner === 'string' ? owner : null;
    if (params.userId !== undefined && userId !== params.userId) return null;
    if (!isFound(entry, params)) return null;
    return { key, sessionId: key.slice(params.keyPrefix.length), userId, index, entry };
  }
}

function placeOf({ id, time, fields }: SortedRow): TimedPlace | null {
  const index = positionOf(id);
  return index === null ? null : { key: textOf(fields.get('key')), index, time };
}

/** Words are parameters, names digests: neither can be anything else. */
function termsOf({ words, userId, role, agent }: SearchParams): {
  terms: string[];
  values: Record<string, string>;
} {
  const named = [...words].map((word, index) => [`word${index}`, word] as const);
  const terms = named.map(([name]) => `@words:{$${name}}`);
  if (userId !== undefined) terms.push(`@user:{${projectedDigest(userId)}}`);
  if (agent !== undefined) terms.push(`@agent:{${projectedDigest(agent)}}`);
  if (role !== undefined) terms.push(`@role:{${role}}`);
  return { terms, values: Object.fromEntries(named) };
}
