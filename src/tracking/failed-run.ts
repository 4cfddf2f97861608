/**
 * Keeping the work of runs that fail.
 *
 * @module
 */
import type { AgentInputItem, CallModelInputFilter } from '@openai/agents-core';

import { SessionError } from '../errors.ts';
import { endsWithFailedTurn, keepFailedTurn } from '../session/kept-turn.ts';
import { findOpenCalls } from '../windows/open-calls.ts';
import { findGroups } from '../windows/window-parts.ts';
import { generatedItems } from './generated-items.ts';
import { ModelInputs } from './model-inputs.ts';
import type { RunScope } from './run-scope.ts';
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
  readonly callModelInputFilter?: CallModelInputFilter;
}

/**
 * What a runner is configured with, as far as it matters here.
 */
export interface RunnerConfig {
  readonly callModelInputFilter?: CallModelInputFilter;
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
    const { agent, input, options } = this.#call;
    const isRetry =
      this.#input.length > 0 && (await endsWithFailedTurn(this.#scope.session, this.#input));
    if (isRetry) this.#input = [];
    const filter = options.callModelInputFilter ?? this.#config.callModelInputFilter;
    const isSeen = options.stream === true || stateOf(input) !== undefined;
    return {
      agent,
      input: isRetry ? [] : input,
      // The state of a stream shows what it has generated.
      options: isSeen
        ? options
        : { ...options, callModelInputFilter: this.#models.filterBefore(filter) },
    };
  }

  /**
   * Keeps what the run has done.
   *
   * @param state - Of the run, if it has left one.
   */
  async keep(error: unknown, state: object | undefined): Promise<void> {
    if (isRefusal(error)) return;
    const generated =
      state === undefined
        ? this.#models.generated
        : generatedItems(state).items.map(({ item }) => item);
    const completed = withoutOpenCalls(this.#scope.unstored(generated));
    const hasInput = !this.#scope.hasStored && (completed.length > 0 || !this.#hasGuardrails);
    const items = [...(hasInput ? this.#input : []), ...completed];
    if (items.length === 0) return;
    const trace = await this.#scope.trace(items, 'append');
    await keepFailedTurn(this.#scope.session, items, trace);
    this.#scope.keepBefore(items);
  }

  /** They can be still at work when the first call of a model fails: nobody has passed the input. */
  get #hasGuardrails(): boolean {
    const { inputGuardrails = [] } = this.#call.agent as RunnerConfig;
    return inputGuardrails.length > 0 || (this.#config.inputGuardrails ?? []).length > 0;
  }
}

/** What a guardrail stopped must not be stored, and what could not begin has done nothing. */
function isRefusal(error: unknown): boolean {
  const cause = (error as { readonly error?: unknown } | undefined)?.error;
  const names = classNameOf(error) + classNameOf(cause);
  return error instanceof SessionError || /Guardrail|UserError/u.test(names);
}

/** By name: the SDK can be there twice. */
function classNameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : '';
}

function withoutOpenCalls(items: readonly AgentInputItem[]): AgentInputItem[] {
  const open = new Set(findOpenCalls(items));
  const whole = findGroups(items, items.length).filter(
    (group) => !group.some((position) => open.has(position)),
  );
  const positions = new Set(whole.flat());
  return items.filter((_, position) => positions.has(position));
}

function inputItems(input: unknown): AgentInputItem[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  return Array.isArray(input) ? (input as AgentInputItem[]) : [];
}
