/**
 * The floor: what any session in one document must do at the least, by bare commands. It checks nothing
 * and knows no resends.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { BenchClient } from '../place/client.ts';
import { newName } from '../place/place.ts';
import { Keeper } from './keeper.ts';
import { LocalConversation } from './local-conversation.ts';
import type { Peer } from './peer.ts';

const TTL_SECONDS = '3600';

const APPEND = `
local length = redis.call('JSON.ARRAPPEND', KEYS[1], '.messages', unpack(ARGV, 3))
redis.call('JSON.MERGE', KEYS[1], '$',
  '{"updated_at":' .. ARGV[1] .. ',"metadata":{"message_count":' .. length .. '}}')
redis.call('EXPIRE', KEYS[1], ARGV[2])
return length`;

class BareKeeper extends Keeper {
  readonly #client: BenchClient;
  readonly #key: string;
  readonly #append: string;

  constructor(client: BenchClient, key: string, append: string) {
    super();
    this.#client = client;
    this.#key = key;
    this.#append = append;
  }

  async append(items: AgentInputItem[]): Promise<unknown> {
    const now = String(Date.now() / 1000);
    const texts = items.map((item) => JSON.stringify(item));
    const command = ['EVALSHA', this.#append, '1', this.#key, now, TTL_SECONDS, ...texts];
    return this.#client.sendCommand(command);
  }

  async readAll(): Promise<number> {
    return this.#read('$.messages[*]');
  }

  async readNewest(limit: number): Promise<number> {
    return this.#read(`$.messages[-${limit}:]`);
  }

  override async readNewestOfUser(limit: number): Promise<number> {
    // As many as hold the messages asked for, where two speak in turn.
    return (await this.#read(`$.messages[-${limit * 2}:]`)) / 2;
  }

  async #read(path: string): Promise<number> {
    const text = await this.#client.sendCommand<string>(['JSON.GET', this.#key, path]);
    return (JSON.parse(text) as AgentInputItem[]).length;
  }
}

/** The least that a document needs. */
export const BARE_COMMANDS: Peer = {
  name: 'bare commands',
  label: 'bare commands',
  language: 'JavaScript',
  async open({ client, prefix }, length) {
    const name = newName();
    const key = `${prefix}${name}`;
    await client.json.set(key, '$', {
      updated_at: 0,
      metadata: { message_count: 0 },
      messages: [],
    });
    const append = await client.scriptLoad(APPEND);
    return LocalConversation.begin(name, new BareKeeper(client, key, append), length);
  },
};
