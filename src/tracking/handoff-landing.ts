/**
 * Which entry a handoff stands on: the result of the call that handed over, or, where an input filter
 * removed that, the first entry of the agent that took over.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { Handoff } from '../document/document.ts';

/**
 * The handoffs of one run that no item stands for yet.
 */
export class HandoffLanding {
  /** The agent at work is about to be left. */
  #leaving: Handoff | null = null;
  /** The agent at work has taken over, and nothing of the call that handed over was left. */
  #arriving: Handoff | null = null;

  /**
   * Takes note that the agent at work hands over.
   */
  leave(handoff: Handoff): void {
    this.#leaving = handoff;
  }

  /**
   * Takes note that the next agent begins.
   */
  arrive(): void {
    if (this.#leaving === null) return;
    this.#arriving = this.#leaving;
    this.#leaving = null;
  }

  /**
   * Gives the handoffs that stand on items of the agent at work, which are all new.
   */
  on(items: readonly AgentInputItem[]): Map<AgentInputItem, Handoff> {
    const landings = new Map<AgentInputItem, Handoff>();
    const [first] = items;
    if (first !== undefined && this.#arriving !== null) landings.set(first, this.#arriving);
    const leaving = this.#leaving;
    const result = leaving && items.findLast((item) => completes(item, leaving));
    if (leaving !== null && result) landings.set(result, leaving);
    return landings;
  }

  /**
   * Takes note that items stand for these handoffs.
   */
  land(handoffs: Iterable<Handoff | undefined>): void {
    for (const handoff of handoffs) {
      if (isSame(this.#arriving, handoff)) this.#arriving = null;
      if (isSame(this.#leaving, handoff)) this.#leaving = null;
    }
  }
}

function isSame(one: Handoff | null, other: Handoff | undefined): boolean {
  return one !== null && one.from === other?.from && one.to === other.to;
}

/** What the SDK gives the model as the result of a call that hands over. */
function completes(item: AgentInputItem, { to }: Handoff): boolean {
  if (item.type !== 'function_call_result') return false;
  const { output } = item;
  const text = typeof output === 'object' && 'text' in output ? output.text : output;
  return text === JSON.stringify({ assistant: to });
}
