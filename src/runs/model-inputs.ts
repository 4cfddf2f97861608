/**
 * What a run has generated, from what its models are sent. A run that is not streamed shows it nowhere
 * else when a model fails.
 *
 * @module
 */
import type { AgentInputItem, CallModelInputFilter } from '@openai/agents-core';

import { isInput } from '../windows/turns.ts';
import { storedKey } from '../tracking/stored-key.ts';

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
    const before = this.#seen;
    const keys = input.map((item) => storedKey(item) ?? '');
    this.#seen = countsOf(keys);
    if (before === null) return;
    const unseen = unseenOf(input, keys, before);
    const firstUnseen = input.indexOf(unseen[0] as AgentInputItem);
    const isAtEnd = unseen.length === 0 || input.length - firstUnseen === unseen.length;
    this.#isWhole &&= isAtEnd;
    if (this.#isWhole) this.#generated.push(...unseen.filter((item) => !isInput(item)));
  }
}

/** Those of the items that occur more often than they were seen. */
function unseenOf(
  items: readonly AgentInputItem[],
  keys: readonly string[],
  seen: ReadonlyMap<string, number>,
): AgentInputItem[] {
  const left = new Map(seen);
  return items.filter((_, index) => {
    const key = keys[index] as string;
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

function countsOf(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
