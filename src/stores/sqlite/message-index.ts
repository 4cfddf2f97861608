/**
 * Finds messages in the rows of a file by a full-text index.
 *
 * It is made by the first search. From then on triggers note which entries are new or have changed,
 * whoever writes them, and each search takes these in first: a file that is never searched pays nothing,
 * and one that is pays for a write with a row.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';

import type { FoundEntry, SearchParams } from '../../directory-store.ts';
import { isMessageEntry } from '../../document/document-head.ts';
import { FoundCollector, isFound, timeOf } from '../../search/entry-match.ts';
import { wordsOf } from '../../search/words.ts';
import { clock } from './clock.ts';
import type { Database, Row } from './database.ts';
import { parseJson } from './stored-head.ts';

/** Entries of one step, between which others come in: a few milliseconds. */
const STEP = 200;

/**
 * Words are stored as they are compared, with spaces between them, so that the tokenizer has nothing to do
 * but to part them; those of what is removed are overwritten.
 */
const TABLES = `
CREATE VIRTUAL TABLE IF NOT EXISTS message_words USING fts5(
  words, detail='none', columnsize=0, tokenize='ascii'
);
INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);
CREATE TABLE IF NOT EXISTS unindexed_entries (id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER IF NOT EXISTS entry_added AFTER INSERT ON entries BEGIN
  INSERT INTO unindexed_entries VALUES (new.id);
END;
CREATE TRIGGER IF NOT EXISTS entry_removed AFTER DELETE ON entries BEGIN
  DELETE FROM unindexed_entries WHERE id = old.id;
  DELETE FROM message_words WHERE rowid = old.id;
END;
CREATE TRIGGER IF NOT EXISTS entry_changed AFTER UPDATE OF id, entry ON entries BEGIN
  DELETE FROM unindexed_entries WHERE id = old.id;
  DELETE FROM message_words WHERE rowid = old.id;
  INSERT OR IGNORE INTO unindexed_entries VALUES (new.id);
END;
INSERT OR IGNORE INTO unindexed_entries SELECT id FROM entries;
`;

const IS_MADE = "SELECT 1 FROM sqlite_schema WHERE name = 'unindexed_entries'";
const IS_BEHIND = 'SELECT 1 FROM unindexed_entries LIMIT 1';
/** Whole, an id has more digits than a number of JavaScript where there are millions of sessions. */
const PLACE = 'entries.id >> 32, entries.id & 0xffffffff';
const NEXT = `SELECT ${PLACE}, entry FROM unindexed_entries JOIN entries USING (id) LIMIT ${STEP}`;

/** Rows that are looked at in one go, during which nothing else in the process runs. */
const LOOKED_AT = 2000;
/** Entries that are read in one go. */
const READ = 50;

/** The newest come first by their times, which the order of the rows is not that of. */
const MATCHING = `SELECT ${PLACE}, entry ->> '$.timestamp' FROM message_words
  JOIN entries ON entries.id = message_words.rowid
  JOIN sessions ON sessions.id = entries.id >> 32
  WHERE message_words MATCH ?1 AND message_words.rowid < (?2 << 32 | ?3)
  AND substr(key, 1, length(?4)) = ?4 AND ifnull(expires_at > ?5, 1)
  AND (?6 IS NULL OR user_id = ?6)
  AND (?7 IS NULL OR entry ->> '$.role' = ?7) AND (?8 IS NULL OR entry ->> '$.agent' = ?8)
  ORDER BY message_words.rowid DESC LIMIT ${LOOKED_AT}`;
/** Behind all of them. */
const END = { session: 2 ** 31 - 1, position: 2 ** 32 - 1 };
const ENTRY = `SELECT entry, position, key, user_id FROM entries
  JOIN sessions ON sessions.id = entries.id >> 32 WHERE entries.id = ? << 32 | ?`;

/** An entry that has the words. */
interface Match {
  readonly session: number;
  readonly position: number;
  readonly time: number;
}

/**
 * The entries of one file, by their words.
 */
export class MessageIndex {
  readonly #database: Database;
  #isMade = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Finds messages, the newest first. */
  async search(params: SearchParams): Promise<readonly FoundEntry[]> {
    await this.#make(params);
    while (await this.#database.read(() => this.#database.get(IS_BEHIND) !== undefined, params)) {
      await this.#database.write(() => this.#takeIn(), params);
      await setImmediate();
    }
    const matches = (await this.#matches(params)).toSorted((one, other) => other.time - one.time);
    const collector = new FoundCollector(params.limit);
    for (let from = 0; from < matches.length; from += READ) {
      const last = collector.found[params.limit - 1];
      const next = matches[from];
      if (last !== undefined && next !== undefined && next.time < timeOf(last.entry)) break;
      const some = matches.slice(from, from + READ);
      const found = await this.#database.read(() => this.#read(some, params), params);
      for (const one of found) collector.add(one);
    }
    return collector.found;
  }

  async #make(params: SearchParams): Promise<void> {
    if (this.#isMade) return;
    await this.#database.write(() => {
      if (this.#database.get(IS_MADE) === undefined) this.#database.execute(TABLES);
    }, params);
    this.#isMade = true;
  }

  #takeIn(): void {
    for (const [session = null, position = null, json] of this.#database.all(NEXT)) {
      const entry = parseJson(json);
      if (isMessageEntry(entry)) {
        const words = [...wordsOf(entry.content)].join(' ');
        const sql = 'INSERT INTO message_words (rowid, words) VALUES (? << 32 | ?, ?)';
        this.#database.run(sql, session, position, words);
      }
      const sql = 'DELETE FROM unindexed_entries WHERE id = ? << 32 | ?';
      this.#database.run(sql, session, position);
    }
  }

  async #matches(params: SearchParams): Promise<Match[]> {
    const { keyPrefix, userId = null, role = null, agent = null } = params;
    const query = [...params.words].map((word) => `"${word}"`).join(' ');
    const matches: Match[] = [];
    for (let rows: Row[] | null = null; rows === null || rows.length === LOOKED_AT;) {
      const { session, position } = matches.at(-1) ?? END;
      const values = [query, session, position, keyPrefix, clock(), userId, role, agent];
      rows = await this.#database.read(() => this.#database.all(MATCHING, ...values), params);
      matches.push(...rows.map(matchOf));
      await setImmediate();
    }
    return matches;
  }

  #read(matches: readonly Match[], params: SearchParams): FoundEntry[] {
    return matches.flatMap(({ session, position: at }) => {
      const row = this.#database.get(ENTRY, session, at);
      const entry = parseJson(row?.[0]);
      if (row === undefined || !isFound(entry, params)) return [];
      const [, position, storedKey, owner] = row;
      const key = String(storedKey);
      const userId = typeof owner === 'string' ? owner : null;
      const sessionId = key.slice(params.keyPrefix.length);
      return [{ key, sessionId, userId, index: Number(position), entry }];
    });
  }
}

function matchOf([session, position, time]: Row): Match {
  return { session: Number(session), position: Number(position), time: Number(time) || 0 };
}
