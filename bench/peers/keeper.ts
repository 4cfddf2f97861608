/**
 * What a peer in this process can do with a conversation.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

/**
 * The methods of a peer. Reads give how many entries they got, which is checked: what reads nothing is
 * fast. Those with a body need another only where a peer has more than one way.
 */
export abstract class Keeper {
  abstract append(items: AgentInputItem[]): Promise<unknown>;
  abstract readAll(): Promise<number>;
  abstract readNewest(limit: number): Promise<number>;

  /** Many at once: where a conversation begins, which is not timed. */
  async fill(items: AgentInputItem[]): Promise<unknown> {
    return this.append(items);
  }

  async appendTurn(items: AgentInputItem[]): Promise<unknown> {
    return this.append(items);
  }

  /** As in a process that has read nothing yet. */
  async readFirst(): Promise<number> {
    return this.readAll();
  }

  async readNewestMessages(limit: number): Promise<number> {
    return this.readNewest(limit);
  }

  async readNewestOfUser(_limit: number): Promise<number> {
    throw new Error('This peer does not tell roles apart');
  }

  async close(): Promise<void> {
    // Most have nothing of their own open.
  }
}
