/**
 * The same task, done by us and by peers, at several lengths of the conversation.
 *
 * @module
 */
import { Contestant } from '../measuring/contestant.ts';
import type { Pace } from '../measuring/pace.ts';
import { runRounds } from '../measuring/rounds.ts';
import { ratioOf, spreadOf } from '../measuring/spread.ts';
import type { Peer, Task } from '../peers/peer.ts';
import type { Place } from '../place/place.ts';
import type { Goal } from './goal.ts';
import type { Curve, Findings, Row, Work } from './work.ts';

/** By the name of the peer. */
type Goals = Readonly<Record<string, Goal>>;

/**
 * What makes a comparison.
 */
export interface Comparison {
  readonly name: string;
  readonly title: string;
  readonly task: Task;
  /** Messages in the conversation. */
  readonly lengths: readonly number[];
  readonly ours: Peer;
  readonly peers: readonly Peer[];
  readonly goals?: Goals;
  /** By length, where they are not the same at all of them. */
  readonly goalsAt?: Readonly<Record<number, Goals>>;
  /** For our longest conversation against our shortest. */
  readonly flat?: Goal;
  /** The same for the server's time. */
  readonly server?: { readonly goals: Goals; readonly flat: Goal };
}

/** Two that are compared. */
interface Pair {
  readonly ours: Contestant;
  readonly theirs: Contestant;
}

/**
 * Makes a work of a comparison.
 */
export function comparedWork(comparison: Comparison): Work {
  const { name, title } = comparison;
  return { name, title, measure: async (place, pace) => compare(comparison, place, pace) };
}

async function compare(comparison: Comparison, place: Place, pace: Pace): Promise<Findings> {
  const { ours, task, name, title } = comparison;
  const peers = comparison.peers.filter(
    ({ language }) => language !== 'Python' || place.python !== null,
  );
  const lengths = comparison.lengths.filter((length) => length <= pace.maxLength);
  const contestants = lengths.flatMap((length) =>
    [ours, ...peers].map((peer) => new Contestant(place, peer, task, length)),
  );
  for (const contestant of contestants) {
    if (contestant.length === lengths[0]) await contestant.warm(pace.warmMs);
  }
  await runRounds(contestants, pace);
  const curves = [ours, ...peers].map((peer) => curveOf(peer, contestants));
  return {
    rows: rowsOf(comparison, contestants),
    plot: lengths.length > 1 ? { name, title, curves } : undefined,
  };
}

function rowsOf(comparison: Comparison, contestants: readonly Contestant[]): Row[] {
  const { flat, server } = comparison;
  const own = contestants.filter(({ peer }) => peer === comparison.ours);
  const pairs = own.flatMap((ours) =>
    contestants
      .filter(({ peer, length }) => peer !== comparison.ours && length === ours.length)
      .map((theirs) => ({ ours, theirs })),
  );
  const grown = longestAndShortest(own);
  const rows = pairs.map((pair) => timeRow(comparison, pair, goalOf(comparison, pair)));
  if (flat !== undefined) rows.push(...grown.map((pair) => timeRow(comparison, pair, flat)));
  if (server !== undefined) {
    for (const pair of pairs) {
      const goal = server.goals[pair.theirs.peer.name];
      if (goal !== undefined) rows.push(serverRow(comparison, pair, goal));
    }
    rows.push(...grown.map((pair) => serverRow(comparison, pair, server.flat)));
  }
  return rows;
}

function longestAndShortest(own: readonly Contestant[]): Pair[] {
  const [shortest, longest] = [own[0], own.at(-1)];
  if (shortest === undefined || longest === undefined || shortest === longest) return [];
  return [{ ours: longest, theirs: shortest }];
}

function goalOf({ goals, goalsAt }: Comparison, { ours, theirs }: Pair): Goal | undefined {
  return (goalsAt?.[ours.length] ?? goals)?.[theirs.peer.name];
}

function timeRow(comparison: Comparison, pair: Pair, goal: Goal | undefined): Row {
  const { ours, theirs } = pair;
  const row: Row = {
    key: `${comparison.name}/${keyOf(pair)}`,
    what: comparison.title,
    at: count(ours.length),
    peer: peerOf(pair),
    unit: 'ms',
    ours: spreadOf(ours.times),
    theirs: spreadOf(theirs.times),
    ratio: ratioOf(ours.times, theirs.times),
    goal,
  };
  const server = { ours: serverMedian(ours), theirs: serverMedian(theirs) };
  // What the appends before a read took is in the server's account, too.
  const isKnown = comparison.task !== 'live-read' && server.ours > 0 && server.theirs > 0;
  return isKnown ? { ...row, server } : row;
}

function serverRow(comparison: Comparison, pair: Pair, goal: Goal): Row {
  const { ours, theirs } = pair;
  return {
    key: `${comparison.name}/server/${keyOf(pair)}`,
    what: comparison.title,
    at: `${count(ours.length)}, server time`,
    peer: peerOf(pair),
    unit: 'µs',
    ours: spreadOf(ours.serverTimes),
    theirs: spreadOf(theirs.serverTimes),
    ratio: ratioOf(ours.serverTimes, theirs.serverTimes),
    goal,
  };
}

function keyOf({ ours, theirs }: Pair): string {
  return `${ours.length}/${theirs.peer === ours.peer ? theirs.length : theirs.peer.name}`;
}

/** Ours is compared with itself where the lengths are. */
function peerOf({ ours, theirs }: Pair): string {
  const { label } = theirs.peer;
  return theirs.peer === ours.peer ? `${label} at ${count(theirs.length)}` : label;
}

function serverMedian({ serverTimes }: Contestant): number {
  return spreadOf(serverTimes).median;
}

function curveOf(peer: Peer, contestants: readonly Contestant[]): Curve {
  const own = contestants.filter((one) => one.peer === peer);
  const points = own.map(({ length, times }) => ({ length, ms: spreadOf(times) }));
  return { peer: peer.label, points };
}

function count(length: number): string {
  return length.toLocaleString('en');
}
