/**
 * The turn that tests of jobs do: what is said, what the model does, and what is stored of it.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { afterAll, beforeAll } from 'vitest';

import type { JobOutcome } from '../../src/index.ts';
import { assistant, user } from './expected-items.ts';
import { OtherProcess } from './other-process.ts';
import type { Call } from './travel-agent.ts';

/** What comes of a job that is not done. */
type Outcome = Partial<Record<keyof JobOutcome<unknown>, unknown>>;

export const OSLO: Call = { tool: 'book', city: 'Oslo', callId: 'c1' };
export const ROME: Call = { tool: 'hold', city: 'Rome', callId: 'c2' };
export const SAYS = 'Off I go.';
export const DONE = { says: 'Done.' };
export const AGAIN = { says: 'Done again.' };
export const TURN: AgentInputItem[] = [user(SAYS), assistant('Done.')];
export const UNFINISHED: Outcome = { status: 'unfinished', answer: null, messages: [] };
export const REMOVED: Outcome = { ...UNFINISHED, status: 'removed', result: undefined };

/** Another process that does jobs, for the tests of one file. */
export function otherProcess(): Pick<OtherProcess, 'do'> {
  let other: OtherProcess;
  beforeAll(async () => {
    other = await OtherProcess.start();
  });
  afterAll(() => other.end());
  return { do: (job) => other.do(job) };
}
