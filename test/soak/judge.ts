/**
 * Judges one session by what its callers were told: the oracle of the fault matrix, for calls that
 * remove, read and lock as well.
 *
 * @module
 */
import type { SessionDocument } from '../../src/document/document.ts';
import { type Attempt, type Fate, violations } from '../faults/oracle.ts';
import { ADDING, type Call, type Kind, newCall, POPPING } from './call.ts';
import { tokensSpent, wrongHead } from './head.ts';
import { wrongLocks } from './locks.ts';
import { wrongReads, type WrittenText, type WrittenTexts } from './reads.ts';
import { fateOf, Removals } from './removals.ts';
import { textIn } from './texts.ts';

/** A busy machine, and timers. */
const SLACK_MS = 1500;

const REFUSALS: ReadonlySet<string> = new Set([
  'store_unavailable',
  'out_of_memory',
  'session_expired',
  'session_not_found',
  'session_locked',
  'lease_lost',
  'conflict',
]);

/** Codes that only some calls may fail with. */
const OWN_REFUSALS: Readonly<Partial<Record<Kind, string>>> = {
  create: 'session_exists',
  undoTo: 'invalid_input',
  append: 'user_error',
  replace: 'user_error',
  python: 'python',
};

/**
 * What the judge knows of a session beside its calls.
 */
export interface SessionFacts {
  /** As it is after the last call, or null where it is gone. */
  readonly document: SessionDocument | null;
  /** When that was read. */
  readonly readAt: number;
  /** Seconds that it lives after a write, or null. */
  readonly ttl: number | null;
  /** Whether programs write to it that count by commands of their own. */
  readonly hasPython: boolean;
}

/**
 * Gives all that is wrong with a session.
 *
 * @param calls - All calls on it, in the order in which they began.
 */
export function judgeSession(calls: readonly Call[], facts: SessionFacts): string[] {
  const removals = new Removals(calls, facts.ttl);
  const written = writtenTexts(calls, removals);
  return [
    ...wrongReads([...calls, ...lastReading(facts)], written),
    ...wrongDocument(calls, { ...facts, written, removals }),
    ...wrongPops(calls, written, removals),
    ...unexplained(facts, written, removals),
    ...wrongLocks(calls),
    ...calls.flatMap((call) => wrongEnd(call, removals)),
  ];
}

/**
 * Gives the fate of each text that is known to have been added.
 */
export function fatesOf(calls: readonly Call[], ttl: number | null): Fate[] {
  const written = writtenTexts(calls, new Removals(calls, ttl));
  return [...written.values()]
    .filter(({ call }) => call.outcome === 'acknowledged' || call.outcome === 'repeated')
    .map(({ lifetime }) => fateOf(lifetime));
}

interface Known extends SessionFacts {
  readonly written: WrittenTexts;
  readonly removals: Removals;
}

function writtenTexts(calls: readonly Call[], removals: Removals): WrittenTexts {
  const written = new Map<string, WrittenText>();
  for (const call of calls) {
    for (const [index, text] of call.texts.entries()) {
      written.set(text, { text, call, index, lifetime: removals.lifetime(call, text) });
    }
  }
  return written;
}

/** The document by its texts. */
function textsOfDocument({ document }: SessionFacts): string[] {
  return document?.messages.map(({ content }) => textIn(content)) ?? [];
}

/** The document as somebody read it last of all. */
function lastReading(facts: SessionFacts): Call[] {
  const times = { begun: facts.readAt, ended: facts.readAt };
  const identity = { writer: 'document', number: 0, session: '', kind: 'getItems' } as const;
  const found = textsOfDocument(facts);
  return [newCall({ ...identity, ...times, outcome: 'acknowledged', found })];
}

function wrongDocument(calls: readonly Call[], known: Known): string[] {
  const { document, hasPython, written, removals } = known;
  if (document === null) return [];
  const messages = document.messages.map((one) => ({ ...one, content: textIn(one.content) }));
  const attempts = calls.filter(({ kind }) => ADDING.has(kind)).flatMap(attemptsOf);
  const wrong = violations(
    attempts,
    { ...document, messages },
    {
      fateOf(text) {
        const lifetime = written.get(text)?.lifetime;
        return lifetime === undefined ? 'kept' : fateOf(lifetime);
      },
      // What Python spends is counted by a command of its own.
      tokens: hasPython ? null : tokensSpent(calls, removals),
      refusals: new Set([...REFUSALS, ...Object.values(OWN_REFUSALS)]),
    },
  );
  return [...wrong, ...wrongHead(document, calls, removals)];
}

/** A run makes several writes, so each of its texts stands for itself. */
function attemptsOf(call: Call): Attempt[] {
  const { writer, texts, operationId, outcome, code, kind } = call;
  if (kind !== 'run') return [{ writer, texts, operationId, outcome, code }];
  return texts.map((text) => ({ writer: text, texts: [text], operationId, outcome, code }));
}

function wrongPops(calls: readonly Call[], written: WrittenTexts, removals: Removals): string[] {
  const pops = calls.filter(({ kind, outcome }) => POPPING.has(kind) && outcome === 'acknowledged');
  return pops.flatMap(({ removed, writer, number, ended }) =>
    (removed ?? []).flatMap((text) => {
      const name = `pop ${writer}-${number} of ${text || 'a text'}`;
      const known = written.get(text);
      if (known === undefined) return [`${name}, which nobody wrote`];
      const { call, lifetime } = known;
      const wrong: string[] = [];
      if (call.outcome === 'rejected') wrong.push(`${name}, which was rejected`);
      if (call.begun > (ended ?? 0)) wrong.push(`${name} before it was written`);
      const times = lifetime.isRevivable ? 2 : 1;
      if (removals.timesRemoved(text) > times) wrong.push(`${name}, which was removed before`);
      return wrong;
    }),
  );
}

/** Pops that were not answered can have taken no more than they take. */
function unexplained(facts: SessionFacts, written: WrittenTexts, removals: Removals): string[] {
  if (facts.document === null) return [];
  const there = new Set(textsOfDocument(facts));
  const missing = [...written.values()].filter(
    ({ text, call, lifetime }) =>
      (call.outcome === 'acknowledged' || call.outcome === 'repeated') &&
      lifetime.isByUnansweredPops &&
      !there.has(text),
  );
  if (missing.length <= removals.unansweredPops) return [];
  return [`${missing.length} texts are missing, ${removals.unansweredPops} can have been popped`];
}

/** How the call ended: in time, and with an error that can be. */
function wrongEnd(call: Call, removals: Removals): string[] {
  const { kind, outcome, code, ended } = call;
  const name = `${kind} ${call.writer}-${call.number}`;
  const late = overrun(call);
  const wrong = late === null ? [] : [`${name} took ${late}`];
  const isFailed = outcome === 'rejected' || (kind === 'run' && code !== '');
  if (!isFailed) return wrong;
  if (!isPlausible(call)) wrong.push(`${name} failed with ${code}`);
  const isEnded = removals.mayHaveEnded(call.handleSince, ended ?? 0);
  if (code === 'session_expired' && !isEnded) wrong.push(`${name} failed, and nobody ended it`);
  return wrong;
}

/** Says how long a call took that took too long. */
function overrun({ kind, outcome, code, begun, stalled, limit, ...call }: Call): string | null {
  // A call without an answer has no end of its own when its process was killed.
  if (limit === null || (outcome === 'unknown' && code === '')) return null;
  const end = (kind === 'exclusive' ? call.acquired : null) ?? call.ended ?? begun;
  const took = end - begun - stalled;
  return took > limit + SLACK_MS ? `${Math.round(took)} of ${limit} ms` : null;
}

function isPlausible({ kind, code, lock }: Call): boolean {
  if (code === 'lease_lost' && lock === null) return false;
  return (
    REFUSALS.has(code) ||
    code === OWN_REFUSALS[kind] ||
    (kind === 'run' && code === 'outcome_unknown')
  );
}
