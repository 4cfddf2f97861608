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
    const times = removals.isRevivable(call) ? 2 : 1;
    if (lastMoment(call) >= lastCertain) most += tokensOf(call) * times;
  }
  return [least, most];
}

/**
 * Gives what is wrong with what calls have set: attributes, of which each caller sets its own one again
 * and again, the handoff context, and agents, which have the names of their callers.
 */
export function wrongHead(
  { attributes = {}, handoff_context: context, metadata }: DocumentHead,
  calls: readonly Call[],
  removals: Removals,
): string[] {
  const { agents_used: agents, current_agent: current } = metadata;
  const given = (context ?? {}) as Partial<Pick<Call, 'writer' | 'number'>>;
  const set = callsOf(calls, 'setAttributes');
  const tracked = callsOf(calls, 'trackAgent');
  const handed = callsOf(calls, 'setHandoffContext').filter(
    ({ writer, number }) => writer === given.writer && number === given.number,
  );
  const known = new Set(set.map(({ writer }) => writer));
  const strange = Object.keys(attributes).filter((name) => !known.has(name));
  return [
    ...strange.map((name) => `attribute ${name} was set by nobody`),
    ...[...known].flatMap((writer) => {
      const own = set.filter((call) => call.writer === writer);
      const value = attributes[writer];
      return wrongValue(own, { name: `attribute ${writer}`, value, removals });
    }),
    ...wrongAgents(agents, tracked, removals),
    ...wrongLatest(
      'current agent',
      tracked,
      tracked.filter(({ writer }) => writer === current),
    ),
    ...(current !== null && !agents.includes(current) ? ['current agent was not used'] : []),
    ...(context !== null && handed.length === 0 ? ['handoff context is of nobody'] : []),
    ...wrongLatest('handoff context', callsOf(calls, 'setHandoffContext'), handed),
  ];
}

function callsOf(calls: readonly Call[], kind: Call['kind']): Call[] {
  return calls.filter((call) => call.kind === kind);
}

interface Value {
  readonly name: string;
  readonly value: unknown;
  readonly removals: Removals;
}

/** The value is the number of the call that set it. */
function wrongValue(own: readonly Call[], { name, value, removals }: Value): string[] {
  const setters = own.filter(({ number }) => number === value);
  if (value === undefined)
    return own.some((call) => isLasting(call, removals)) ? [`${name} is lost`] : [];
  return setters.length === 0 ? [`${name} is of nobody`] : wrongLatest(name, own, setters);
}

function wrongAgents(
  agents: readonly string[],
  tracked: readonly Call[],
  removals: Removals,
): string[] {
  const known = new Set(
    tracked.filter(({ outcome }) => outcome !== 'rejected').map(({ writer }) => writer),
  );
  const lost = tracked.filter((call) => isLasting(call, removals) && !agents.includes(call.writer));
  return [
    ...agents.filter((name) => !known.has(name)).map((name) => `agent ${name} is of nobody`),
    ...lost.map(({ writer }) => `agent ${writer} is lost`),
    ...(new Set(agents).size === agents.length ? [] : ['agents repeat']),
  ];
}

/** Of the calls that can have set what is there, one must not have been overtaken by another. */
function wrongLatest(name: string, all: readonly Call[], setters: readonly Call[]): string[] {
  const isLeft = setters.some(
    (setter) =>
      setter.outcome !== 'rejected' &&
      !all.some(({ outcome, begun }) => outcome === 'acknowledged' && begun > lastMoment(setter)),
  );
  const [first] = setters;
  return isLeft || first === undefined
    ? []
    : [`${name} is ${first.outcome} ${first.writer}-${first.number}`];
}

function isLasting({ outcome, begun }: Call, removals: Removals): boolean {
  const isSet = outcome === 'acknowledged';
  return isSet && !removals.mayHaveEnded(begun, Number.POSITIVE_INFINITY);
}
