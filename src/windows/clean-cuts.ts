/**
 * Where a conversation can be cut in two.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { findGroups } from './window-parts.ts';

/**
 * Tells for every place, from before the first item to behind the last, whether a cut there leaves calls
 * with their results, and reasoning with what it led to. What a call waits for can still come.
 *
 * @param items - With nothing in the place of what is transcript only.
 */
export function cleanCuts(items: readonly (AgentInputItem | undefined)[]): boolean[] {
  const places = [...items.keys()].filter((place) => items[place] !== undefined);
  const said = items.filter((item) => item !== undefined);
  // How many groups begin to span a place there, less those that end.
  const steps = Array.from({ length: items.length + 1 }, () => 0);
  const step = (place: number, by: number): void => {
    steps[place] = (steps[place] ?? 0) + by;
  };
  for (const group of findGroups(said, said.length)) {
    const [first = 0, last = first] = [places[group[0] ?? 0], places[group.at(-1) ?? 0]];
    step(first + 1, 1);
    step(last + 1, -1);
  }
  let spans = 0;
  return steps.map((by) => (spans += by) === 0);
}
