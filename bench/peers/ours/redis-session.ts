/**
 * This package, one document in Redis.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { JSONSession } from 'agents-json-session';
import { createKeyring, type Keyring } from 'agents-json-session/encryption';
import { RedisStore } from 'agents-json-session/redis';

import { newName, type Place } from '../../place/place.ts';
import { LocalConversation } from '../local-conversation.ts';
import type { Peer } from '../peer.ts';
import { recordedTurn, RunStore } from './recorded-run.ts';
import { SessionKeeper } from './session-keeper.ts';

const TTL_SECONDS = 3600;

/** What a conversation is opened with. */
interface Options {
  readonly sessionId: string;
  readonly encryption: Keyring | undefined;
}

class RedisKeeper extends SessionKeeper {
  readonly #place: Place;
  readonly #options: Options;
  readonly #store: RunStore;

  constructor(place: Place, options: Options, store: RunStore) {
    super(newSession(place, options, store));
    this.#place = place;
    this.#options = options;
    this.#store = store;
  }

  override async appendTurn(items: AgentInputItem[]): Promise<unknown> {
    this.#store.turn = await recordedTurn(this.#place);
    return this.append(items);
  }

  override async readFirst(): Promise<number> {
    const session = newSession(this.#place, this.#options, new RedisStore(this.#place.client));
    return (await session.getItems()).length;
  }
}

function newSession({ prefix }: Place, options: Options, store: RedisStore): JSONSession {
  return new JSONSession({ ...options, store, keyPrefix: prefix, ttl: TTL_SECONDS });
}

/** Ours in Redis. */
export const JSON_SESSION: Peer = inRedis('ours', 'JSONSession');

/** The same, encrypted. */
export const ENCRYPTED_SESSION: Peer = inRedis('ours encrypted', 'JSONSession, encrypted', () =>
  createKeyring({ current: 'k1', keys: { k1: crypto.getRandomValues(new Uint8Array(32)) } }),
);

function inRedis(name: string, label: string, keys?: () => Promise<Keyring>): Peer {
  return {
    name,
    label,
    language: 'JavaScript',
    async open(place, length) {
      const sessionId = newName();
      const options = { sessionId, encryption: await keys?.() };
      const keeper = new RedisKeeper(place, options, new RunStore(place.client));
      return LocalConversation.begin(sessionId, keeper, length);
    },
  };
}
