/**
 * Agents that every process makes for itself, from scripts that can be sent to it.
 *
 * @module
 */
import type { AgentOutputItem } from '@openai/agents-core';
import { modelError, ScriptedModel, type ScriptedModelInput } from '@openai/agents-core/testing';
import { connect, newAgent, newTool } from './agents.ts';
import type { Cost } from './costs.ts';
import type { AnyAgent } from './runs.ts';
import { replies } from './script.ts';

/**
 * One answer of a model, or a failure of it.
 */
export type Step =
  | { readonly cost: Cost; readonly output: AgentOutputItem[] }
  | { readonly fails: string };

/**
 * What the models answer, by agent.
 */
export type Scripts = Readonly<Record<string, readonly Step[]>>;

/**
 * Agents that can hand over to each other. Each has the tools `look`, and `book`, which waits for an
 * approval.
 */
export class Company {
  readonly #agents: Readonly<Record<string, AnyAgent>>;
  readonly #scripts: Scripts;

  constructor(scripts: Scripts) {
    const tools = [newTool('look'), newTool('book', undefined, { needsApproval: true })];
    const agents = Object.entries(scripts).map(([name, steps]) =>
      newAgent(name, steps.map(inputOf), { tools }),
    );
    connect(...agents);
    this.#agents = Object.fromEntries(agents.map((agent) => [agent.name, agent]));
    this.#scripts = scripts;
  }

  /** What the models have not answered yet. */
  get left(): Scripts {
    const left = Object.entries(this.#scripts).map(([name, steps]) => {
      const { remainingSteps } = this.agent(name).model as ScriptedModel;
      return [name, steps.slice(steps.length - remainingSteps)];
    });
    return Object.fromEntries(left) as Scripts;
  }

  /** Gives an agent. */
  agent(name: string): AnyAgent {
    const agent = this.#agents[name];
    if (agent === undefined) throw new Error(`There is no ${name}`);
    return agent;
  }
}

/**
 * An answer for a script.
 */
export function step(cost: Cost, ...output: AgentOutputItem[]): Step {
  return { cost, output };
}

function inputOf(one: Step): ScriptedModelInput {
  return 'fails' in one ? modelError(new Error(one.fails)) : replies(one.cost, ...one.output);
}
