/**
 * Which of the runs within a job answers it.
 *
 * @module
 */
import { getCurrentSpan, type RunContext } from '@openai/agents-core';

import type { NewEntry } from '../../store.ts';
import { beginsWithResult } from '../item-selection.ts';

/**
 * The run that a job's function begins first. Runs within it, which its tools and guardrails begin, can
 * have contexts of their own or, as agents that are tools, the same one.
 */
export class JobRun {
  /** Within every run there is a span of the SDK's, even where nothing is traced. */
  readonly #outside = getCurrentSpan();
  #context: RunContext | undefined;
  /** Contexts in which a history was read within a run: by one that began there, or by that run. */
  readonly #unclear: WeakSet<RunContext> = new WeakSet();
  /** Contexts of runs within a run. */
  readonly #nested: WeakSet<RunContext> = new WeakSet();

  /**
   * Takes note that a run reads its history, which it does first of all.
   */
  noteRead(context: RunContext): void {
    if (getCurrentSpan() === this.#outside) this.#context ??= context;
    else this.#unclear.add(context);
  }

  /**
   * Takes note of a write in a context and says whether it is certainly of this run.
   */
  noteWrite(context: RunContext, entries: readonly NewEntry[]): boolean {
    const isUnclear = this.#unclear.delete(context);
    // A run that goes on from an approval reads once more before it stores the result.
    if (isUnclear && !beginsWithResult(entries)) this.#nested.add(context);
    if (this.#nested.has(context)) return false;
    this.#context ??= context;
    return context === this.#context;
  }
}
