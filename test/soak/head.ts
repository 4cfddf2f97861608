/**
 * What the head of a document can say after all calls: tokens spent and attributes.
 *
 * @module
 */
import type { DocumentHead } from '../../src/index.ts';
import { ADDING, type Call, lastMoment } from './call.ts';
import type { Removals } from './removals.ts';
import { tokensOf } from './texts.ts';

/**
 * Gives the least and the most tokens that can have been spent since the counters began.
 */
export function tokensSpent(
  calls: readonly Call[],
  removals: Removals,
): readonly [least: number, most: number] {
  const resets = calls.filter(
    ({ kind, outcome }) => (kind === 'clear' || kind === 'delete') && outcome !== 'rejected',
  );
  const certain = resets.filter(
    ({ kind, outcome, wasThere }) =>
      outcome === 'acknowledged' && (kind === 'clear' || wasThere === true),
  );
  const lastCertain = Math.max(0, ...certain.map(({ begun }) => begun));
  let [least, most] = [0, 0];
  for (const call of calls) {
    if (!ADDING.has(call.kind) || call.outcome === 'rejected') continue;
    const isDone = call.outcome !== 'unknown';
    const mayBeReset =
      resets.some((reset) => lastMoment(reset) >= call.begun) ||
      removals.mayHaveEnded(call.begun, Number.POSITIVE_INFINITY);
    if (isDone && !mayBeReset) least += tokensOf(call);
    // One that is sent again when its name was forgotten is counted again.
    const times = call.outcome === 'repeated' && resets.length > 0 ? 2 : 1;
    if (lastMoment(call) >= lastCertain) most += tokensOf(call) * times;
  }
  return [least, most];
}

/**
 * Gives what is wrong with the attributes, of which each caller sets its own one again and again.
 */
export function wrongAttributes(
  { attributes = {} }: DocumentHead,
  calls: readonly Call[],
  removals: Removals,
): string[] {
  const writers = Map.groupBy(
    calls.filter(({ kind }) => kind === 'setAttributes'),
    ({ writer }) => writer,
  );
  const strange = Object.keys(attributes).filter((name) => !writers.has(name));
  const wrong = [...writers].flatMap(([writer, own]) =>
    own.some(({ number }) => number === attributes[writer])
      ? staleAttribute(own, attributes[writer] as number)
      : missingAttribute(own, attributes[writer], removals),
  );
  return [...strange.map((name) => `attribute ${name} was set by nobody`), ...wrong];
}

function staleAttribute(own: readonly Call[], value: number): string[] {
  const set = own.find(({ number }) => number === value);
  const isOld = own.some(({ number, outcome }) => outcome === 'acknowledged' && number > value);
  // One that was not answered may have come late.
  if (set?.outcome === 'rejected' || (set?.outcome === 'acknowledged' && isOld)) {
    return [`attribute ${set.writer} is ${set.outcome} ${value}`];
  }
  return [];
}

function missingAttribute(own: readonly Call[], value: unknown, removals: Removals): string[] {
  if (value !== undefined) return [`attribute ${own[0]?.writer} is of nobody`];
  const lost = own.filter(
    ({ outcome, begun }) =>
      outcome === 'acknowledged' && !removals.mayHaveEnded(begun, Number.POSITIVE_INFINITY),
  );
  return lost.length === 0 ? [] : [`attribute ${lost[0]?.writer} is lost`];
}
