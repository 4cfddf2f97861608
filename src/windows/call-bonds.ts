/**
 * Calls and their results, programs and what they called.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { Bond } from './bond.ts';
import { CallLog, type LoggedCall } from './call-log.ts';
import { callCorrelation, programCaller, resultCorrelation } from './correlation.ts';
import { isInput } from './turns.ts';

/**
 * The bonds of the calls in a conversation.
 */
export interface CallBonds {
  readonly bonds: readonly Bond[];
  /** Positions of results without a call and of calls by a program that is not there. */
  readonly orphans: ReadonlySet<number>;
}

/**
 * Bonds every result to its call, and to its program what a program called.
 */
export function bondCalls(items: readonly AgentInputItem[]): CallBonds {
  const bonds: Bond[] = [];
  const orphans = new Set<number>();
  const programs = new Map<unknown, number>();
  const log = new CallLog();
  let exchange = 0;
  for (const [position, item] of items.entries()) {
    if (isInput(item)) exchange += 1;
    const place: LoggedCall = { position, caller: programCaller(item), exchange };
    const owners = ownersOf(item, place, log, programs);
    if (owners.includes(undefined)) {
      // As it is logged nowhere, what belongs to it becomes an orphan, too.
      orphans.add(position);
      continue;
    }
    for (const owner of owners) if (owner !== undefined) bonds.push([owner, position]);
    const call = callCorrelation(item);
    if (call !== undefined) log.add(call, place);
    if (item.type === 'program') programs.set(item.callId, position);
  }
  return { bonds, orphans };
}

/** The positions of the items that an item needs, `undefined` for one that is missing. */
function ownersOf(
  item: AgentInputItem,
  place: LoggedCall,
  log: CallLog,
  programs: ReadonlyMap<unknown, number>,
): (number | undefined)[] {
  const owners: (number | undefined)[] = [];
  if (place.caller !== undefined) owners.push(programs.get(place.caller));
  const result = resultCorrelation(item);
  if (result === undefined) return owners;
  const call = log.answer(result, place);
  // To the SDK a search that the provider ran is no pair. It stays together but needs no call.
  if (call !== undefined || result.search !== 'server') owners.push(call);
  return owners;
}
