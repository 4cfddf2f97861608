/**
 * What is the same for our sessions in every store.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { JSONSession } from 'agents-json-session';

import { Keeper } from '../keeper.ts';

/**
 * A `JSONSession`.
 */
export class SessionKeeper extends Keeper {
  readonly #session: JSONSession;

  constructor(session: JSONSession) {
    super();
    this.#session = session;
  }

  async append(items: AgentInputItem[]): Promise<unknown> {
    return this.#session.addItems(items);
  }

  async readAll(): Promise<number> {
    return (await this.#session.getItems()).length;
  }

  async readNewest(limit: number): Promise<number> {
    return (await this.#session.getItems(limit)).length;
  }

  override async readNewestMessages(limit: number): Promise<number> {
    return (await this.#session.getMessages({ limit })).length;
  }

  override async readNewestOfUser(limit: number): Promise<number> {
    return (await this.#session.getMessages({ role: 'user', limit })).length;
  }
}
