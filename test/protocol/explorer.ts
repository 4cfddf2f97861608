/**
 * Goes through every order in which the things of a scenario can happen.
 *
 * @module
 */
import { type Transition, transitions } from './events.ts';
import type { Rules } from './rules.ts';
import { keyOf, newWorld, type Scenario, type World } from './world.ts';

/** More than any scenario has; one that grows past it must be made smaller. */
const MOST_STATES = 400_000;

/**
 * What was found.
 */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Null when nothing is wrong. */
  readonly violation: string | null;
  /** The shortest way to the violation, one line for each step. */
  readonly trace: readonly string[];
}

/** Is told of each transition that is found, with the way to the world before it. */
export type Visitor = (transition: Transition, way: () => Transition[]) => void;

interface Node {
  readonly world: World;
  readonly parent: Node | null;
  readonly by: Transition | null;
}

/**
 * Explores breadth first, so that the first violation has a shortest trace.
 */
export function explore(scenario: Scenario, rules: Rules, visit?: Visitor): Exploration {
  const start: Node = { world: newWorld(scenario), parent: null, by: null };
  const seen = new Set([keyOf(start.world)]);
  let count = 0;
  let level = [start];
  while (level.length > 0) {
    const next: Node[] = [];
    for (const node of level) {
      for (const by of transitions(node.world, scenario, rules)) {
        count += 1;
        visit?.(by, () => wayTo(node));
        if (by.violation !== null) {
          const trace = [...wayTo(node), by].map(({ label }) => label);
          return { states: seen.size, transitions: count, violation: by.violation, trace };
        }
        const key = keyOf(by.world);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ world: by.world, parent: node, by });
      }
    }
    if (seen.size > MOST_STATES) throw new Error(`${scenario.name} has too many states`);
    level = next;
  }
  return { states: seen.size, transitions: count, violation: null, trace: [] };
}

function wayTo(node: Node): Transition[] {
  const way: Transition[] = [];
  for (let at: Node | null = node; at?.by != null; at = at.parent) way.unshift(at.by);
  return way;
}
