/**
 * What runs spend, and what else of them is kept with what they write.
 *
 * @module
 */

/**
 * Requests to a model and the tokens that they took.
 */
export interface UsageCounts {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** Of the input tokens, those that the provider had cached. */
  readonly cachedTokens: number;
  /** Of the output tokens, those that went into reasoning. */
  readonly reasoningTokens: number;
}

/**
 * What was spent for one agent, or for none in particular.
 */
export interface AgentUsage extends UsageCounts {
  readonly agent: string | null;
}

/**
 * What a run did, kept in the same step as what it wrote.
 */
export interface RunRecord {
  /** Agents that join those used, in this order. */
  readonly agents: readonly string[];
  /** Becomes the current agent; null leaves it. */
  readonly currentAgent: string | null;
  /** Added to the usage, in all and by agent, and to the tokens spent. */
  readonly spent: readonly AgentUsage[];
  /**
   * How much of the run's own usage is recorded by now, so that a run which goes on elsewhere is not
   * counted twice: hexadecimal digits and colons. The newest 16 are kept. Null: none.
   */
  readonly mark: string | null;
}
