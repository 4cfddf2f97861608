/**
 * The commands of the Python class `JSONSession`, one after the other, from the same client as ours.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';

import type { AgentInputItem } from '@openai/agents-core';
import { itemText } from 'agents-json-session';

import type { BenchClient } from '../place/client.ts';
import { newName } from '../place/place.ts';
import { Keeper } from './keeper.ts';
import { LocalConversation } from './local-conversation.ts';
import type { Peer } from './peer.ts';

const TTL_SECONDS = 3600;
const TOKENS = 7;

class PythonCommandsKeeper extends Keeper {
  readonly #client: BenchClient;
  readonly #key: string;

  constructor(client: BenchClient, key: string) {
    super();
    this.#client = client;
    this.#key = key;
  }

  override async fill(items: AgentInputItem[]): Promise<unknown> {
    const messages = items.map((item) => JSON.stringify(toMessage(item)));
    const append = ['JSON.ARRAPPEND', this.#key, '$.messages', ...messages];
    return this.#client.sendCommand(append);
  }

  async append(items: AgentInputItem[]): Promise<unknown> {
    for (const item of items) await this.#addMessage(item);
    return null;
  }

  async readAll(): Promise<number> {
    return this.#read('$.messages[*]');
  }

  async readNewest(limit: number): Promise<number> {
    return this.#read(`$.messages[-${limit}:]`);
  }

  async #addMessage(item: AgentInputItem): Promise<void> {
    const { json } = this.#client;
    await json.arrAppend(this.#key, '$.messages', toMessage(item));
    await json.numIncrBy(this.#key, '$.metadata.message_count', 1);
    await json.numIncrBy(this.#key, '$.metadata.total_tokens', TOKENS);
    await json.set(this.#key, '$.updated_at', Date.now() / 1000);
    await this.#client.expire(this.#key, TTL_SECONDS);
  }

  async #read(path: string): Promise<number> {
    const text = await this.#client.sendCommand<string>(['JSON.GET', this.#key, path]);
    return (JSON.parse(text) as unknown[]).length;
  }
}

function toMessage(item: AgentInputItem): Record<string, string | number | null> {
  return {
    id: randomBytes(8).toString('hex'),
    role: 'role' in item ? item.role : 'tool',
    content: itemText(item),
    timestamp: Date.now() / 1000,
    agent: null,
    tokens: TOKENS,
  };
}

/** What the Python class sends, without Python. */
export const PYTHON_COMMANDS: Peer = {
  name: 'five commands',
  label: "the Python class's 5 commands",
  language: 'JavaScript',
  async open({ client, prefix }, length) {
    const name = newName();
    const key = `${prefix}${name}`;
    const metadata = { message_count: 0, total_tokens: 0 };
    await client.json.set(key, '$', { updated_at: 0, metadata, messages: [] });
    return LocalConversation.begin(name, new PythonCommandsKeeper(client, key), length);
  },
};
