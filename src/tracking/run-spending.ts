/**
 * What a run has spent and is not recorded yet, by agent.
 *
 * @module
 */
import { NO_USAGE, sumOfUsage } from '../document/run-record.ts';
import type { AgentUsage, UsageCounts } from '../store.ts';
import { isSpent, usageSince } from './usage-counts.ts';

/**
 * Spending of one run.
 */
export class RunSpending {
  readonly #byAgent = new Map<string | null, UsageCounts>();

  /** What is not recorded yet. */
  get unrecorded(): AgentUsage[] {
    const all = Array.from(this.#byAgent, ([agent, counts]) => ({ agent, ...counts }));
    return all.filter(({ agent: _agent, ...counts }) => isSpent(counts));
  }

  /**
   * Adds what was spent for an agent.
   */
  add(agent: string | null, counts: UsageCounts): void {
    this.#byAgent.set(agent, sumOfUsage([this.#of(agent), counts]));
  }

  /**
   * Takes off what was recorded; more can have been spent meanwhile.
   */
  record(spent: readonly AgentUsage[]): void {
    for (const { agent, ...counts } of spent) {
      this.#byAgent.set(agent, usageSince(this.#of(agent), counts));
    }
  }

  #of(agent: string | null): UsageCounts {
    return this.#byAgent.get(agent) ?? NO_USAGE;
  }
}
