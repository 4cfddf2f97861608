/**
 * What a run has generated, from what its models are sent. A run that is not streamed shows it nowhere
 * else when a model fails.
 *
 * @module
 */
import type { AgentInputItem, CallModelInputFilter } from '@openai/agents-core';

import { isInput } from '../windows/turns.ts';
import { storedKey } from './stored-key.ts';

/**
 * Sees what the models of one run are sent.
 */
export class ModelInputs {
  /** How often each item was seen, by key. */
  #seen: Map<string, number> | null = null;
  #isWhole = true;
  readonly #generated: AgentInputItem[] = [];

  /** What the run has generated, up to where an input filter has changed what stood before. */
  get generated(): readonly AgentInputItem[] {
    return this.#generated;
  }

  /**
   * Gives a filter that sees the input and then does what another filter does, if there is one.
   */
  filterBefore(filter: CallModelInputFilter | undefined): CallModelInputFilter {
    const seeing: CallModelInputFilter = async (args) => {
      this.#see(args.modelData.input);
      return filter === undefined ? args.modelData : filter(args);
    };
    // Nothing here changes an item, so the SDK needs no copies on our account.
    seeing.preserveInputIdentity = filter?.preserveInputIdentity ?? true;
    return seeing;
  }

  #see(input: readonly AgentInputItem[]): void {
    const isFirst = this.#seen === null;
    const unseen = this.#unseenOf(input);
    this.#seen = countsOf(input);
    if (isFirst) return;
    const firstUnseen = input.indexOf(unseen[0] as AgentInputItem);
    const isAtEnd = unseen.length === 0 || input.length - firstUnseen === unseen.length;
    this.#isWhole &&= isAtEnd;
    if (this.#isWhole) this.#generated.push(...unseen.filter((item) => !isInput(item)));
  }

  #unseenOf(input: readonly AgentInputItem[]): AgentInputItem[] {
    const left = new Map(this.#seen);
    return input.filter((item) => {
      const key = storedKey(item) ?? '';
      const count = left.get(key) ?? 0;
      left.set(key, count - 1);
      return count <= 0;
    });
  }
}

function countsOf(items: readonly AgentInputItem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = storedKey(item) ?? '';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
