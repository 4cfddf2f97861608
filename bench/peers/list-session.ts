/**
 * The list design from node-redis: a list of JSON texts and a hash of metadata, written in one MULTI. That
 * is the Python SDK's `RedisSession` without its checks. It promises nothing about resends, counters or
 * agents.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { BenchClient } from '../place/client.ts';
import { newName } from '../place/place.ts';
import { Keeper } from './keeper.ts';
import { LocalConversation } from './local-conversation.ts';
import type { Peer } from './peer.ts';

const TTL_SECONDS = 3600;

/**
 * Appends items to a session as a list.
 */
export async function appendToList(
  client: BenchClient,
  key: string,
  items: readonly AgentInputItem[],
): Promise<unknown> {
  const messages = `${key}:messages`;
  return client
    .multi()
    .rPush(
      messages,
      items.map((item) => JSON.stringify(item)),
    )
    .hSet(key, { session_id: key, updated_at: String(Date.now() / 1000) })
    .expire(key, TTL_SECONDS)
    .expire(messages, TTL_SECONDS)
    .exec();
}

class ListKeeper extends Keeper {
  readonly #client: BenchClient;
  readonly #key: string;

  constructor(client: BenchClient, key: string) {
    super();
    this.#client = client;
    this.#key = key;
  }

  async append(items: AgentInputItem[]): Promise<unknown> {
    return appendToList(this.#client, this.#key, items);
  }

  async readAll(): Promise<number> {
    return this.readNewest(0);
  }

  async readNewest(limit: number): Promise<number> {
    const texts = await this.#client.lRange(`${this.#key}:messages`, -limit, -1);
    return texts.map((text) => JSON.parse(text) as AgentInputItem).length;
  }

  /** It has no other way than to read all. */
  override async readNewestOfUser(limit: number): Promise<number> {
    const texts = await this.#client.lRange(`${this.#key}:messages`, 0, -1);
    const items = texts.map((text) => JSON.parse(text) as AgentInputItem);
    return items.filter((item) => 'role' in item && item.role === 'user').slice(-limit).length;
  }
}

/** The list design. */
export const LIST: Peer = {
  name: 'list',
  label: 'list',
  language: 'JavaScript',
  async open({ client, prefix }, length) {
    const name = newName();
    return LocalConversation.begin(name, new ListKeeper(client, `${prefix}${name}`), length);
  },
};
