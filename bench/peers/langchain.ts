/**
 * The chat history of LangChain.js, `@langchain/redis`, on the client that it brings.
 *
 * @module
 */
import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { RedisChatMessageHistory } from '@langchain/redis';
import type { AgentInputItem } from '@openai/agents-core';
import { itemText } from 'agents-json-session';

import { newName } from '../place/place.ts';
import { Keeper } from './keeper.ts';
import { LocalConversation } from './local-conversation.ts';
import type { Peer } from './peer.ts';

const TTL_SECONDS = 3600;

class LangChainKeeper extends Keeper {
  readonly #history: RedisChatMessageHistory;

  constructor(history: RedisChatMessageHistory) {
    super();
    this.#history = history;
  }

  async append(items: AgentInputItem[]): Promise<unknown> {
    return this.#history.addMessages(items.map(toMessage));
  }

  override async fill(items: AgentInputItem[]): Promise<unknown> {
    return Promise.all(items.map(async (item) => this.#history.addMessage(toMessage(item))));
  }

  async readAll(): Promise<number> {
    return (await this.#history.getMessages()).length;
  }

  /** It has no other way than to read all. */
  async readNewest(limit: number): Promise<number> {
    return (await this.#history.getMessages()).slice(-limit).length;
  }

  override async readNewestOfUser(limit: number): Promise<number> {
    const messages = await this.#history.getMessages();
    return messages.filter((message) => message.type === 'human').slice(-limit).length;
  }

  override async close(): Promise<void> {
    await this.#history.client.quit();
  }
}

function toMessage(item: AgentInputItem): BaseMessage {
  const text = itemText(item);
  return 'role' in item && item.role === 'user' ? new HumanMessage(text) : new AIMessage(text);
}

/** LangChain.js. */
export const LANGCHAIN: Peer = {
  name: 'LangChain',
  label: '`@langchain/redis`',
  language: 'JavaScript',
  async open({ url, prefix }, length) {
    const name = newName();
    const history = new RedisChatMessageHistory({
      sessionId: `${prefix}${name}`,
      sessionTTL: TTL_SECONDS,
      config: { url },
    });
    history.client.on('error', () => {});
    await history.ensureReadiness();
    return LocalConversation.begin(name, new LangChainKeeper(history), length);
  },
};
