/**
 * This package, one document in Redis.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import { newName, type Place } from '../../place/place.ts';
import { LocalConversation } from '../local-conversation.ts';
import type { Peer } from '../peer.ts';
import { recordedTurn, RunStore } from './recorded-run.ts';
import { SessionKeeper } from './session-keeper.ts';

const TTL_SECONDS = 3600;

class RedisKeeper extends SessionKeeper {
  readonly #place: Place;
  readonly #name: string;
  readonly #store: RunStore;

  constructor(place: Place, name: string, store: RunStore) {
    super(newSession(place, name, store));
    this.#place = place;
    this.#name = name;
    this.#store = store;
  }

  override async appendTurn(items: AgentInputItem[]): Promise<unknown> {
    this.#store.turn = await recordedTurn(this.#place);
    return this.append(items);
  }

  override async readFirst(): Promise<number> {
    const session = newSession(this.#place, this.#name, new RedisStore(this.#place.client));
    return (await session.getItems()).length;
  }
}

function newSession({ prefix }: Place, sessionId: string, store: RedisStore): JSONSession {
  return new JSONSession({ sessionId, store, keyPrefix: prefix, ttl: TTL_SECONDS });
}

/** Ours in Redis. */
export const JSON_SESSION: Peer = {
  name: 'ours',
  label: 'JSONSession',
  language: 'JavaScript',
  async open(place, length) {
    const name = newName();
    const keeper = new RedisKeeper(place, name, new RunStore(place.client));
    return LocalConversation.begin(name, keeper, length);
  },
};
