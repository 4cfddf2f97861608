/**
 * What a compaction took, for the session and for the SDK.
 *
 * @module
 */
import { RequestUsage, type RunContext, Usage } from '@openai/agents-core';

import type { RunRecord } from '../store.ts';
import { markRecorded } from '../tracking/recorded-usage.ts';
import { noteRecordedUsage } from '../tracking/untracked-usage.ts';
import { requestUsageOf, usageOf } from '../tracking/usage-counts.ts';
import type { CompactionUsage } from './compact-function.ts';

type Counts = Readonly<Record<string, number>>;
type Details = Counts | readonly Counts[];

interface Named {
  readonly input_tokens_details?: Counts;
  readonly output_tokens_details?: Counts;
}

/**
 * What one compaction took. To the SDK a compaction is one request, also where it says nothing of it.
 */
export class CompactionCost {
  /** For the SDK, which adds this object to the usage of the run. */
  readonly usage: RequestUsage;
  /** For the session, to be recorded. */
  readonly record: RunRecord;

  /**
   * @param given - What the function that compacted has said, if anything.
   */
  constructor(given: CompactionUsage | undefined) {
    const { input, output } = detailsOf(given);
    this.usage = new RequestUsage({
      ...given,
      inputTokensDetails: sumOf(input),
      outputTokensDetails: sumOf(output),
    });
    const counts =
      given !== undefined && 'requests' in given
        ? { ...requestUsageOf(this.usage), requests: usageOf(given).requests }
        : requestUsageOf(this.usage);
    const spent = [{ agent: null, ...counts }];
    this.record = { agents: [], currentAgent: null, spent, mark: null };
  }

  /**
   * Says that the session has recorded it, before the SDK adds it to the usage of the run: it must not
   * be counted again.
   *
   * @param place - The session, in whichever handle.
   */
  noteRecorded(runContext: RunContext | undefined, place: string): void {
    markRecorded(this.usage);
    if (runContext !== undefined) noteRecordedUsage(runContext, place, requestUsageOf(this.usage));
  }

  /**
   * Adds it to the usage of a run, as the SDK does with what it is given.
   */
  addTo(runContext: RunContext | undefined): void {
    const { endpoint: _endpoint, ...counts } = this.usage;
    runContext?.usage.add(new Usage({ requests: 1, ...counts, requestUsageEntries: [this.usage] }));
  }
}

/** The SDK and OpenAI's client have different names for them. */
function detailsOf(given: CompactionUsage = {}): { input: Details; output: Details } {
  const { input_tokens_details: input, output_tokens_details: output } = given as Named;
  return {
    input: given.inputTokensDetails ?? input ?? [],
    output: given.outputTokensDetails ?? output ?? [],
  };
}

/** A run tells the details of each of its requests. */
function sumOf(details: Details): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [name, count] of [details].flat().flatMap((one) => Object.entries(one))) {
    sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
