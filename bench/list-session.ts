/**
 * The list design, as the Python SDK's `RedisSession` keeps sessions: a list of JSON texts and a hash
 * of metadata, written in one MULTI.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { BenchClient } from './client.ts';

const TTL_SECONDS = 3600;

/**
 * A session as a Redis list. It promises nothing about resends, counters or agents.
 */
export class ListSession {
  readonly #client: BenchClient;
  readonly #key: string;

  constructor(client: BenchClient, key: string) {
    this.#client = client;
    this.#key = key;
  }

  async addItems(items: readonly AgentInputItem[]): Promise<void> {
    const messages = `${this.#key}:messages`;
    await this.#client
      .multi()
      .rPush(
        messages,
        items.map((item) => JSON.stringify(item)),
      )
      .hSet(this.#key, { session_id: this.#key, updated_at: String(Date.now() / 1000) })
      .expire(this.#key, TTL_SECONDS)
      .expire(messages, TTL_SECONDS)
      .exec();
  }

  async getItems(limit = 0): Promise<AgentInputItem[]> {
    const texts = await this.#client.lRange(`${this.#key}:messages`, -limit, -1);
    return texts.map((text) => JSON.parse(text) as AgentInputItem);
  }
}
