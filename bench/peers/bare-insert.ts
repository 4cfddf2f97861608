/**
 * The floor of SQLite: a prepared INSERT in a transaction of its own.
 *
 * @module
 */
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import type { AgentInputItem } from '@openai/agents-core';

import { newName } from '../place/place.ts';
import { Keeper } from './keeper.ts';
import { LocalConversation } from './local-conversation.ts';
import type { Peer } from './peer.ts';

class InsertKeeper extends Keeper {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #newest = new Map<number, StatementSync>();

  constructor(path: string, synchronous: 'NORMAL' | 'FULL') {
    super();
    this.#database = new DatabaseSync(path);
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`);
    this.#database.exec('CREATE TABLE entries (id INTEGER PRIMARY KEY, entry TEXT NOT NULL)');
    this.#insert = this.#database.prepare('INSERT INTO entries (entry) VALUES (?)');
  }

  async append(items: AgentInputItem[]): Promise<unknown> {
    this.#database.exec('BEGIN IMMEDIATE');
    for (const item of items) this.#insert.run(JSON.stringify(item));
    this.#database.exec('COMMIT');
    return null;
  }

  async readAll(): Promise<number> {
    return this.readNewest(-1);
  }

  async readNewest(limit: number): Promise<number> {
    const rows = this.#newestStatement(limit).all() as { entry: string }[];
    return rows.map(({ entry }) => JSON.parse(entry) as AgentInputItem).toReversed().length;
  }

  /** Not with a bound LIMIT: SQLite prepares those again with each call. */
  #newestStatement(limit: number): StatementSync {
    const known = this.#newest.get(limit);
    if (known) return known;
    const sql = `SELECT entry FROM entries ORDER BY id DESC LIMIT ${limit}`;
    const statement = this.#database.prepare(sql);
    this.#newest.set(limit, statement);
    return statement;
  }

  override async close(): Promise<void> {
    this.#database.close();
  }
}

/** As SQLite is by default in this package. */
export const BARE_INSERT: Peer = bareInsert('bare INSERT', 'NORMAL');

/** On the disk before the call ends. */
export const BARE_INSERT_ON_DISK: Peer = bareInsert('bare INSERT, synced', 'FULL');

function bareInsert(name: string, synchronous: 'NORMAL' | 'FULL'): Peer {
  return {
    name,
    label: name,
    language: 'JavaScript',
    async open({ folder }, length) {
      const conversation = newName();
      const keeper = new InsertKeeper(join(folder, `${conversation}.db`), synchronous);
      return LocalConversation.begin(conversation, keeper, length);
    },
  };
}
