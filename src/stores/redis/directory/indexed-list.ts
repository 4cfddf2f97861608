/**
 * Pages of a list by the index: it finds the keys, the documents say the rest. What it is behind in, or
 * wrong about, is left out.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { comparePlaces } from '../../../directory/list-order.ts';
import { matchesFilter } from '../../../directory/session-filter.ts';
import type { ListCursor, ListParams, SessionSummary } from '../../../directory-store.ts';
import type { CollectedPage } from '../../../directory/page-collector.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { textOf } from '../diagnosis/reply-shape.ts';
import type { SortedRow } from '../search/hash-index.ts';
import { rowsInOrder } from '../search/rows-in-order.ts';
import { wholeRange } from '../search/time-range.ts';
import type { SessionIndex } from './session-index.ts';
import { readSummaries } from './session-scan.ts';

/**
 * Gives a page, or null where there is no search.
 */
export async function indexedPage(
  index: SessionIndex,
  commander: RedisCommander,
  params: ListParams,
  deadline: Deadline,
): Promise<CollectedPage<SessionSummary> | null> {
  const { limit, keyPrefix, descending } = params;
  const found: { place: ListCursor; session: SessionSummary }[] = [];
  // One that is written to meanwhile comes again at its new place.
  const seen = new Set<string>();
  const order = {
    descending,
    range: wholeRange(params),
    start: params.cursor?.time ?? (await index.likelyStart(params, deadline)),
    most: limit + 1,
    find: index.find.bind(index, params),
  };
  for await (const rows of rowsInOrder(order, deadline)) {
    if (rows === null) return null;
    const ahead = placesAhead(rows, params).filter(({ key }) => !seen.has(key));
    const keys = [...new Set(ahead.map(({ key }) => key))];
    const read = await readSummaries(commander, { keyPrefix, keys }, deadline);
    const sessions = new Map(read.map((session) => [session.key, session]));
    for (const { key, place } of ahead) {
      const session = sessions.get(key);
      sessions.delete(key);
      seen.add(key);
      if (session !== undefined && matchesFilter(session, params)) found.push({ place, session });
    }
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const next = found.length > limit ? (page.at(-1)?.place ?? null) : null;
  return { sessions: page.map(({ session }) => session), next };
}

/** Where the index says that sessions stand, in order, as far as that is behind the cursor. */
function placesAhead(
  rows: readonly SortedRow[],
  { keyPrefix, cursor, descending }: ListParams,
): { key: string; place: ListCursor }[] {
  return rows
    .map(({ time, fields }) => ({ time, key: textOf(fields.get('key')) }))
    .filter(({ key }) => key.startsWith(keyPrefix))
    .map(({ time, key }) => ({ key, place: { time, sessionId: key.slice(keyPrefix.length) } }))
    .filter(({ place }) => cursor === undefined || comparePlaces(place, cursor, descending) > 0)
    .toSorted((one, other) => comparePlaces(one.place, other.place, descending));
}
