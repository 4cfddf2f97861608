/**
 * A conversation that is kept by code of this process, and timed here.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { messageItems, turnItems } from './conversation-items.ts';
import type { Keeper } from './keeper.ts';
import { ADDED, type Conversation, type Task } from './peer.ts';

const BATCH = 500;
const NEWEST = 20;
const NEWEST_OF_ROLE = 10;

/** What is timed. */
const WORK: Readonly<Record<Task, (keeper: Keeper, items: AgentInputItem[]) => Promise<unknown>>> =
  {
    append: async (keeper, items) => keeper.append(items),
    'append-turn': async (keeper, items) => keeper.appendTurn(items),
    'first-read': async (keeper) => keeper.readFirst(),
    'live-read': async (keeper) => keeper.readAll(),
    newest: async (keeper) => keeper.readNewest(NEWEST),
    'newest-messages': async (keeper) => keeper.readNewestMessages(NEWEST),
    'newest-of-role': async (keeper) => keeper.readNewestOfUser(NEWEST_OF_ROLE),
  };

/**
 * Times a keeper.
 */
export class LocalConversation implements Conversation {
  readonly #name: string;
  readonly #keeper: Keeper;
  #length = 0;

  private constructor(name: string, keeper: Keeper) {
    this.#name = name;
    this.#keeper = keeper;
  }

  /**
   * Begins a conversation of so many messages.
   */
  static async begin(name: string, keeper: Keeper, length: number): Promise<LocalConversation> {
    const conversation = new LocalConversation(name, keeper);
    while (conversation.#length < length) {
      await keeper.fill(conversation.#messages(Math.min(BATCH, length - conversation.#length)));
    }
    return conversation;
  }

  async time(task: Task, runs: number): Promise<number> {
    let spent = 0;
    for (let run = 0; run < runs; run += 1) {
      if (task === 'live-read') await this.#keeper.append(this.#messages(ADDED[task]));
      const items = this.#itemsOf(task);
      const start = performance.now();
      const got = await WORK[task](this.#keeper, items);
      spent += performance.now() - start;
      this.#check(task, got);
    }
    return spent / runs;
  }

  async close(): Promise<void> {
    await this.#keeper.close();
  }

  #itemsOf(task: Task): AgentInputItem[] {
    if (task === 'append') return this.#messages(ADDED[task]);
    if (task !== 'append-turn') return [];
    const items = turnItems(this.#name, this.#length);
    this.#length += items.length;
    return items;
  }

  #messages(count: number): AgentInputItem[] {
    const items = messageItems(this.#name, this.#length, count);
    this.#length += count;
    return items;
  }

  #check(task: Task, got: unknown): void {
    const expected: Readonly<Record<Task, number | null>> = {
      append: null,
      'append-turn': null,
      'first-read': this.#length,
      'live-read': this.#length,
      newest: NEWEST,
      'newest-messages': NEWEST,
      'newest-of-role': NEWEST_OF_ROLE,
    };
    if (expected[task] === null || got === expected[task]) return;
    throw new Error(`${task} got ${String(got)} entries, not ${expected[task]}`);
  }
}
