/**
 * The SDK's `MemorySession`: an array in the process, gone with it.
 *
 * @module
 */
import { type AgentInputItem, MemorySession } from '@openai/agents-core';

import { newName } from '../place/place.ts';
import { Keeper } from './keeper.ts';
import { LocalConversation } from './local-conversation.ts';
import type { Peer } from './peer.ts';

class MemoryKeeper extends Keeper {
  readonly #session = new MemorySession();

  async append(items: AgentInputItem[]): Promise<unknown> {
    return this.#session.addItems(items);
  }

  async readAll(): Promise<number> {
    return (await this.#session.getItems()).length;
  }

  async readNewest(limit: number): Promise<number> {
    return (await this.#session.getItems(limit)).length;
  }
}

/** The SDK's own. */
export const MEMORY_SESSION: Peer = {
  name: 'MemorySession',
  label: "the SDK's `MemorySession`",
  language: 'JavaScript',
  async open(_place, length) {
    return LocalConversation.begin(newName(), new MemoryKeeper(), length);
  },
};
