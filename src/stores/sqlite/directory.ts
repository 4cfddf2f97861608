/**
 * Finds sessions in the rows of a file, by its indexes.
 *
 * @module
 */
import type { SQLInputValue } from 'node:sqlite';

import { PageCollector } from '../../directory/page-collector.ts';
import { matchesFilter } from '../../directory/session-filter.ts';
import { type SessionKey, summaryOf } from '../../directory/summary.ts';
import type {
  DirectoryStore,
  FilterParams,
  FoundEntry,
  ListCursor,
  ListedSummary,
  ListParams,
  SearchParams,
  SessionSummary,
  SummaryPage,
} from '../../directory-store.ts';
import { hasCode } from '../../errors.ts';
import { clock } from './clock.ts';
import type { Database, Row } from './database.ts';
import { MessageIndex } from './message-index.ts';
import { HEAD_SECONDS, SESSIONS_AND_NEWEST_ENTRIES } from './schema.ts';
import { currentHead, type NewestRow, parseStoredHead } from './stored-head.ts';

/** Rows that are read in one go, during which nothing else in the process runs. */
const ROWS_AT_ONCE = 200;

/** Behind every text that an id can be. */
const LAST_TEXT = '\u{10ffff}'.repeat(128);

const COLUMNS = `sessions.id, key, head, expires_at, written_at, bytes, ifnull(position + 1, 0)`;
/** The last part says nothing: it has every statement take the same values, as does that of `?2`. */
const IN_PREFIX = `substr(key, 1, length(?3)) = ?3 AND ifnull(expires_at > ?4, 1)
  AND (coalesce(?5, ?6) IS NULL OR 1)`;
const OF_USER = 'AND user_id = ?5';
const OF_PARENT = 'AND parent_id = ?6';

/** A place before or behind which rows are read. */
interface RowPlace {
  /** Of the column that the rows are in order by. */
  readonly value: SQLInputValue;
  readonly id: number;
}

/** A session, or null where the row holds none, and its place. */
interface FoundRow extends RowPlace {
  readonly session: ListedSummary | null;
}

/**
 * The sessions of one file.
 */
export class SqliteDirectory implements DirectoryStore {
  readonly #database: Database;

  readonly #messages: MessageIndex;

  constructor(database: Database) {
    this.#database = database;
    this.#messages = new MessageIndex(database);
  }

  async list(params: ListParams): Promise<SummaryPage> {
    const collector = new PageCollector<ListedSummary>(params);
    let from: RowPlace | null = startOf(params);
    while (from !== null) {
      const rows = await this.#rows(params, from);
      for (const { session } of rows) if (session !== null) collector.add(session);
      const last = rows.length < ROWS_AT_ONCE ? undefined : rows.at(-1);
      const isDone = last === undefined || collector.isBehind(earliestBehind(params, last));
      from = isDone ? null : last;
    }
    return collector.page();
  }

  async count(params: FilterParams): Promise<number> {
    let count = 0;
    for await (const sessions of this.walk(params)) count += sessions.length;
    return count;
  }

  async *walk(params: FilterParams): AsyncGenerator<readonly ListedSummary[]> {
    let from = -1;
    for (;;) {
      const rows = await this.#rowsById(params, from);
      const sessions = rows.flatMap(({ session }) => (session === null ? [] : [session]));
      const matching = sessions.filter((session) => matchesFilter(session, params));
      if (matching.length > 0) yield matching;
      const last = rows.at(-1);
      if (last === undefined) return;
      from = last.id;
    }
  }

  async search(params: SearchParams): Promise<readonly FoundEntry[]> {
    return this.#messages.search(params);
  }

  /** The next rows behind a place, in the order of a list. */
  async #rows(params: ListParams, { value, id }: RowPlace): Promise<FoundRow[]> {
    const { orderBy, descending } = params;
    const byTime = orderBy === 'updated' ? 'updated_at' : 'created_at';
    const column = orderBy === 'id' ? 'key' : byTime;
    const way = descending ? 'DESC' : 'ASC';
    const behind = descending ? '<' : '>';
    const order = `${column} ${way}, sessions.id ${way}`;
    const among = `${column} = ?1 AND sessions.id ${behind} ?2`;
    const after = `${column} ${behind} ?1 AND (?2 IS NULL OR 1)`;
    const together = selectRows(params, { column, where: among, order });
    const further = selectRows(params, { column, where: after, order });
    return this.#database.read(() => {
      // Not one comparison of pairs: an index gives its time alone, and all rows of that are looked at.
      const rows = this.#read(together, params, [value, id]);
      if (rows.length === ROWS_AT_ONCE) return rows;
      return [...rows, ...this.#read(further, params, [value, id])].slice(0, ROWS_AT_ONCE);
    }, params);
  }

  /** The next rows behind one, in the order in which they were made. */
  async #rowsById(params: FilterParams, id: number): Promise<FoundRow[]> {
    const where = 'sessions.id > ?2';
    const sql = selectRows(params, { column: '?1', where, order: 'sessions.id' });
    return this.#database.read(() => this.#read(sql, params, [null, id]), params);
  }

  #read(
    sql: string,
    params: FilterParams,
    place: readonly [value: SQLInputValue, id: number],
  ): FoundRow[] {
    const { keyPrefix, userId = null, parentId = null } = params;
    const values = [...place, keyPrefix, clock(), userId, parentId];
    return this.#database.all(sql, ...values).map((row) => foundRow(row, keyPrefix));
  }
}

/** A statement that reads some rows; `column` is what their place is told by. */
function selectRows(
  { userId, parentId }: FilterParams,
  { column, where, order }: { column: string; where: string; order: string },
): string {
  const ofUser = userId === undefined ? '' : OF_USER;
  const ofParent = parentId === undefined ? '' : OF_PARENT;
  return `SELECT ${column}, ${COLUMNS} FROM ${SESSIONS_AND_NEWEST_ENTRIES}
    WHERE ${where} AND ${IN_PREFIX} ${ofUser} ${ofParent} ORDER BY ${order} LIMIT ${ROWS_AT_ONCE}`;
}

/** Where the rows of a page begin. */
function startOf({ orderBy, descending, cursor, keyPrefix }: ListParams): RowPlace {
  const id = descending ? Number.MAX_SAFE_INTEGER : -1;
  if (orderBy === 'id') {
    const last = descending ? LAST_TEXT : '';
    return { value: `${keyPrefix}${cursor?.sessionId ?? last}`, id };
  }
  const end = descending ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const time = cursor?.time ?? end;
  // A session stands in the index by the last write of its head, which can be some time ago.
  const lag = orderBy === 'updated' && !descending ? HEAD_SECONDS : 0;
  return { value: time - lag, id };
}

/** The first place in the order that a session behind a row can have. */
function earliestBehind({ orderBy, descending, keyPrefix }: ListParams, row: RowPlace): ListCursor {
  const { value } = row;
  if (typeof value === 'string') return { sessionId: value.slice(keyPrefix.length) };
  const lag = orderBy === 'updated' && descending ? HEAD_SECONDS : 0;
  return { time: Number(value) + lag, sessionId: descending ? LAST_TEXT : '' };
}

function foundRow(row: Row, keyPrefix: string): FoundRow {
  const [value = null, id, key, head, expiresAt, writtenAt, bytes, length] = row;
  const newest = { writtenAt, bytes, length } as NewestRow;
  const session = sessionOf(String(head), newest, { key: String(key), keyPrefix });
  const expiry = typeof expiresAt === 'number' ? expiresAt : null;
  return { value, id: Number(id), session: session && { ...session, expiresAt: expiry } };
}

function sessionOf(text: string, newest: NewestRow, key: SessionKey): SessionSummary | null {
  try {
    const { head } = parseStoredHead(text, key.key);
    return summaryOf({ ...currentHead(head, newest) }, key);
  } catch (error) {
    if (hasCode(error, 'corrupt_document')) return null;
    throw error;
  }
}
