/**
 * Keeping the work of runs that fail.
 *
 * @module
 */
import {
  type AgentInputItem,
  type CallModelInputFilter,
  RunContext,
  type SessionInputCallback,
} from '@openai/agents-core';

import { generatedItems } from '../tracking/generated-items.ts';
import type { RunScope } from '../tracking/run-scope.ts';
import { resultCorrelation } from '../windows/correlation.ts';
import { withoutHalves } from '../windows/whole-items.ts';
import { endsWithFailedTurn, keepFailedTurn, storedInput } from './kept-turn.ts';
import { ModelInputs } from './model-inputs.ts';
import { isRefusal } from './refusal.ts';
import { callbackForRetry } from './retried-turn.ts';
import { stateOf } from './session-runs.ts';

/**
 * A run as it is begun.
 */
export interface RunCall {
  readonly agent: unknown;
  readonly input: unknown;
  readonly options: RunOptions;
}

/**
 * What matters here of the options of a run.
 */
export interface RunOptions {
  readonly session?: object;
  readonly stream?: boolean;
  /** A `RunContext`, or what one is to be made of. */
  readonly context?: unknown;
  readonly conversationId?: string;
  readonly previousResponseId?: string;
  readonly callModelInputFilter?: CallModelInputFilter;
  readonly sessionInputCallback?: SessionInputCallback;
}

/**
 * What a runner is configured with, as far as it matters here.
 */
export interface RunnerConfig {
  readonly callModelInputFilter?: CallModelInputFilter;
  readonly sessionInputCallback?: SessionInputCallback;
  readonly inputGuardrails?: readonly unknown[];
}

/**
 * One run whose work is kept when it fails.
 */
export class FailedRun {
  readonly #scope: RunScope;
  readonly #call: RunCall;
  readonly #config: RunnerConfig;
  readonly #models = new ModelInputs();
  /** What is to be stored of the input: nothing where it is stored already. */
  #input: readonly AgentInputItem[];

  constructor(scope: RunScope, call: RunCall, config: RunnerConfig) {
    this.#scope = scope;
    this.#call = call;
    this.#config = config;
    this.#input = inputItems(call.input);
  }

  /**
   * Gives the run as it is to be begun: one that is tried again goes on from what was kept.
   */
  async begin(): Promise<RunCall> {
    if (this.#isServerManaged) return this.#call;
    const call = (await this.#retried()) ?? this.#call;
    const { agent, input, options } = call;
    // The state of a stream shows what it has generated.
    if (options.stream === true || stateOf(input) !== undefined) return call;
    const filter = options.callModelInputFilter ?? this.#config.callModelInputFilter;
    return {
      agent,
      input,
      options: { ...options, callModelInputFilter: this.#models.filterBefore(filter) },
    };
  }

  /**
   * Keeps what the run has done.
   *
   * @param state - Of the run, if it has left one.
   */
  async keep(error: unknown, state: object | undefined): Promise<void> {
    if (this.#isServerManaged || isRefusal(error)) return;
    const generated =
      state === undefined
        ? this.#models.generated
        : generatedItems(state).items.map(({ item }) => item);
    const completed = completedCalls(this.#scope.unstored(generated));
    const hasInput = !this.#scope.hasStored && (completed.length > 0 || !this.#hasGuardrails);
    const items = [...(hasInput ? this.#input : []), ...completed];
    if (items.length === 0) return;
    const trace = await this.#scope.trace(items, 'keep');
    await keepFailedTurn(this.#scope.session, items, { trace, runContext: this.#scope.context });
  }

  /** Gives the run as one that goes on from the failed turn, or null where there is none. */
  async #retried(): Promise<RunCall | null> {
    const { agent, options } = this.#call;
    if (this.#input.length === 0) return null;
    const { context } = options;
    const runContext = isRunContext(context) ? context : new RunContext(context);
    const input = storedInput(this.#scope.session, this.#input, runContext);
    if (input === null || !(await endsWithFailedTurn(this.#scope.session, input))) return null;
    this.#input = [];
    const callback = options.sessionInputCallback ?? this.#config.sessionInputCallback;
    if (callback === undefined) return { agent, input: [], options };
    const onChanged = (items: readonly AgentInputItem[]): void => this.#scope.keepBefore(items);
    const sessionInputCallback = callbackForRetry(callback, { input, onChanged });
    return { agent, input: [], options: { ...options, sessionInputCallback } };
  }

  /** Then the SDK stores nothing, and each run must be sent its input. */
  get #isServerManaged(): boolean {
    const { conversationId, previousResponseId } = this.#call.options;
    return Boolean(conversationId) || Boolean(previousResponseId);
  }

  /** They can be still at work when the first call of a model fails: nobody has passed the input. */
  get #hasGuardrails(): boolean {
    const { inputGuardrails = [] } = this.#call.agent as RunnerConfig;
    return inputGuardrails.length > 0 || (this.#config.inputGuardrails ?? []).length > 0;
  }
}

/**
 * Up to the last result. What stands behind that can be an answer that was blocked, by whatever means.
 */
function completedCalls(items: readonly AgentInputItem[]): AgentInputItem[] {
  const completed = withoutHalves(items);
  const end = completed.findLastIndex((item) => resultCorrelation(item) !== undefined);
  return completed.slice(0, end + 1);
}

/** Also of another copy of the SDK, where `instanceof` would not tell. */
function isRunContext(context: unknown): context is RunContext {
  return typeof (context as Partial<RunContext> | undefined)?.isToolApproved === 'function';
}

function inputItems(input: unknown): AgentInputItem[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  return Array.isArray(input) ? (input as AgentInputItem[]) : [];
}
