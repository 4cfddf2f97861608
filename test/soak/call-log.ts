/**
 * The file in which a worker notes its calls, so that a SIGKILL loses none of them.
 *
 * @module
 */
import { appendFileSync, readFileSync } from 'node:fs';
import type { Call } from './call.ts';

/**
 * Notes a call when it begins and when it has ended.
 */
export function noteCall(file: string, call: Call): void {
  appendFileSync(file, `${JSON.stringify(call)}\n`);
}

/**
 * Gives the calls that were noted, each caller's in its order.
 *
 * @param end - When the worker ended, for calls that have no end of their own.
 */
export function readCalls(file: string, end: number): Call[] {
  const calls = new Map<string, Call>();
  for (const line of linesOf(file)) {
    const call = JSON.parse(line) as Call;
    calls.set(`${call.writer} ${call.number}`, call);
  }
  return [...calls.values()].map((call) => ({ ...call, ended: call.ended ?? end }));
}

/** A worker that was killed before its first call has no file. */
function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return [];
    throw error;
  }
}
