/**
 * This package, rows in SQLite.
 *
 * @module
 */
import { join } from 'node:path';

import { JSONSession } from 'agents-json-session';
import { SqliteStore, type SqliteStoreOptions } from 'agents-json-session/sqlite';

import { newName } from '../../place/place.ts';
import { LocalConversation } from '../local-conversation.ts';
import type { Peer } from '../peer.ts';
import { SessionKeeper } from './session-keeper.ts';

class SqliteKeeper extends SessionKeeper {
  readonly #store: SqliteStore;

  constructor(store: SqliteStore, sessionId: string) {
    super(new JSONSession({ sessionId, store }));
    this.#store = store;
  }

  override async close(): Promise<void> {
    await this.#store.close();
  }
}

/** As it is by default. */
export const JSON_SESSION_IN_SQLITE: Peer = inSqlite('ours in SQLite', {});

/** Each write is on the disk before its call ends. */
export const JSON_SESSION_ON_DISK: Peer = inSqlite('ours on disk', { durability: 'fsync' });

function inSqlite(name: string, options: SqliteStoreOptions): Peer {
  return {
    name,
    label: 'JSONSession',
    language: 'JavaScript',
    async open({ folder }, length) {
      const conversation = newName();
      const store = await SqliteStore.open(join(folder, `${conversation}.db`), options);
      return LocalConversation.begin(conversation, new SqliteKeeper(store, conversation), length);
    },
  };
}
