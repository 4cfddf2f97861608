/**
 * Whether what a read gave is a history that can have been there.
 *
 * @module
 */
import type { Call, Selection } from './call.ts';
import type { Lifetime } from './removals.ts';
import { agentOf, roleOf } from './texts.ts';

/** A text that somebody wrote. */
export interface WrittenText {
  readonly text: string;
  readonly call: Call;
  /** Its place among the texts of the call. */
  readonly index: number;
  readonly lifetime: Lifetime;
}

/**
 * The texts of a session by themselves.
 */
export type WrittenTexts = ReadonlyMap<string, WrittenText>;

/** What a read gave, and when. */
interface Reading {
  readonly begun: number;
  readonly ended: number;
  readonly found: readonly string[];
  readonly selection: Selection;
  /** Names the read. */
  readonly name: string;
}

/**
 * Gives all that is wrong with the reads of a session.
 */
export function wrongReads(calls: readonly Call[], written: WrittenTexts): string[] {
  const readings = calls.flatMap(readingOf).toSorted((one, other) => one.ended - other.ended);
  const all = [...written.values()];
  let before: ReadonlyMap<string, number> = new Map();
  const wrong: string[] = [];
  for (const reading of readings) {
    const { found, selection } = reading;
    const complaints = [
      ...wrongTexts(reading, written),
      ...missingTexts(reading, all),
      ...wrongOrder(reading, written),
      ...(isWhole(selection) || selection.limit !== undefined ? movedTexts(found, before) : []),
    ];
    wrong.push(...complaints.map((complaint) => `${reading.name}: ${complaint}`));
    if (isWhole(selection)) before = new Map(found.map((text, index) => [text, index]));
  }
  return wrong;
}

/** A pop that found nothing has seen the whole history, and so has a create that found no session. */
function readingOf(call: Call): Reading[] {
  const { kind, outcome, begun, ended, found, removed, selection } = call;
  if (outcome !== 'acknowledged' || ended === null) return [];
  const name = `${kind} ${call.writer}-${call.number}`;
  if (found !== null) return [{ begun, ended, found, selection: selection ?? {}, name }];
  const isPop = kind === 'popItem' || kind === 'popTurn';
  const isEmpty = kind === 'create' || (isPop && removed?.length === 0);
  return isEmpty ? [{ begun, ended, found: [], selection: {}, name }] : [];
}

function isWhole({ limit, role, agent, recent }: Selection): boolean {
  return limit === undefined && role === undefined && agent === undefined && recent === undefined;
}

function wrongTexts({ found, begun, ended, selection }: Reading, written: WrittenTexts): string[] {
  const seen = new Set<string>();
  return found.flatMap((text) => {
    const known = written.get(text);
    const wrong: string[] = [];
    if (seen.has(text)) wrong.push(`${text} is there twice`);
    seen.add(text);
    if (known === undefined) return [...wrong, `${text || 'a text'} was written by nobody`];
    const { call, lifetime } = known;
    if (call.begun > ended) wrong.push(`${text} is there before it was written`);
    if (call.outcome === 'rejected') wrong.push(`${text} is there and was rejected`);
    if (lifetime.goneBy < begun) wrong.push(`${text} is there after it was removed`);
    if (!isSelected(known, selection)) wrong.push(`${text} is not what was asked for`);
    return wrong;
  });
}

function isSelected({ call, index }: WrittenText, { role, agent }: Selection): boolean {
  if (role !== undefined && roleOf(call, index) !== role) return false;
  return agent === undefined || agentOf(call) === agent;
}

/** What a limit can have cut off is not missed, except behind a text of the same caller. */
function missingTexts({ found, begun, ended, selection }: Reading, all: WrittenText[]): string[] {
  const { limit, recent } = selection;
  if (recent === true) return [];
  const isCut = limit !== undefined && found.length >= limit;
  const there = new Set(found);
  const first = isCut ? firstOfCallers(all, there) : null;
  return all.flatMap((known) => {
    const { text, call, lifetime } = known;
    const isKnown = call.outcome === 'acknowledged' || call.outcome === 'repeated';
    const isThere = isKnown && (call.ended ?? ended) < begun && lifetime.mayBeGoneFrom > ended;
    if (!isThere || there.has(text) || !isSelected(known, selection)) return [];
    if (first !== null && !isBehind(known, first.get(call.writer))) return [];
    return [`${text} is missing`];
  });
}

/** The lowest number of those calls of each caller whose texts are there. */
function firstOfCallers(all: WrittenText[], there: ReadonlySet<string>): Map<string, number> {
  const first = new Map<string, number>();
  for (const { text, call } of all) {
    if (!there.has(text) || call.outcome !== 'acknowledged' || call.kind === 'run') continue;
    first.set(call.writer, Math.min(call.number, first.get(call.writer) ?? Infinity));
  }
  return first;
}

function isBehind({ call }: WrittenText, first: number | undefined): boolean {
  return call.outcome === 'acknowledged' && first !== undefined && call.number > first;
}

/** Each caller's texts in the order of its calls, and the texts of a call side by side. */
function wrongOrder({ found, selection }: Reading, written: WrittenTexts): string[] {
  const last = new Map<string, WrittenText>();
  const isDense = selection.role === undefined && selection.agent === undefined;
  return found.flatMap((text, place) => {
    const known = written.get(text);
    if (known === undefined) return [];
    const { call, index } = known;
    const wrong: string[] = [];
    const before = last.get(call.writer);
    const isOrdered = call.outcome === 'acknowledged' && call.kind !== 'run';
    if (isOrdered && before !== undefined && !isAfter(known, before)) {
      wrong.push(`${text} is behind ${before.text}`);
    }
    if (isOrdered) last.set(call.writer, known);
    const isAtomic = isDense && call.kind !== 'run' && place > 0 && index > 0;
    if (isAtomic && found[place - 1] !== call.texts[index - 1]) {
      wrong.push(`${text} does not follow ${call.texts[index - 1]}`);
    }
    return wrong;
  });
}

function isAfter(one: WrittenText, before: WrittenText): boolean {
  if (one.call !== before.call) return one.call.number > before.call.number;
  return one.index > before.index;
}

/** Nothing ever changes its place among others. */
function movedTexts(found: readonly string[], before: ReadonlyMap<string, number>): string[] {
  let last = -1;
  return found.flatMap((text) => {
    const place = before.get(text);
    if (place === undefined) return [];
    const isMoved = place < last;
    last = Math.max(last, place);
    return isMoved ? [`${text} stood elsewhere before`] : [];
  });
}
