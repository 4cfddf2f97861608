/**
 * The end of a round: what is unknown is sent again, everything is read, and every session is judged.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { JSONSession, SessionError } from '../../src/index.ts';
import { type Call, newCall, now } from './call.ts';
import type { Fate } from '../faults/oracle.ts';
import { fatesOf, judgeSession } from './judge.ts';
import { type Move, MOVES } from './moves.ts';
import type { Place } from './place.ts';
import { profileOf, ttlOf } from './plan.ts';
import { increase } from './statistics.ts';
import { textsOf } from './texts.ts';

/** The longest lease, and a busy machine. */
const LOCK_MS = 6000;
const PAUSE_MS = 50;
const TIMEOUT_MS = 20_000;
const JUDGE = 'j0a';

/**
 * Something that must not be.
 */
export interface Violation {
  /** The key of the session, or the process. */
  readonly where: string;
  readonly what: string;
}

/**
 * What came of a round.
 */
export interface Judgement {
  readonly violations: readonly Violation[];
  /** How many of the texts that were acknowledged are certain to be there, or not to be. */
  readonly fates: ReadonlyMap<Fate, number>;
}

/**
 * Brings every session to rest and judges it.
 *
 * @param calls - All calls of the round; those that are sent again are changed.
 */
export async function judgeRound(
  place: Place,
  keyPrefix: string,
  calls: readonly Call[],
): Promise<Judgement> {
  const bySession = Map.groupBy(calls, ({ session }) => session);
  const violations: Violation[] = [];
  const fates = new Map<Fate, number>();
  for (const [session, own] of bySession) {
    const index = Number(session.slice(1));
    const isRedis = place.name === 'redis';
    const ordered = own.toSorted((one, other) => one.begun - other.begun);
    const closing = new Closing(place, `${keyPrefix}${session}`, keyPrefix);
    const wrong = await closing.rest(session, ordered);
    const document = await place.document(`${keyPrefix}${session}`);
    const ttl = ttlOf(index, isRedis);
    for (const fate of fatesOf(ordered, ttl)) increase(fates, fate);
    const found = judgeSession(ordered, {
      document,
      readAt: now(),
      ttl,
      hasPython: profileOf(index, isRedis) === 'python',
    });
    const where = `${keyPrefix}${session}`;
    violations.push(...[...wrong, ...found].map((what) => ({ where, what })));
  }
  return { violations, fates };
}

/** The last calls on a session. */
class Closing {
  readonly #place: Place;
  readonly #key: string;
  readonly #keyPrefix: string;

  constructor(place: Place, key: string, keyPrefix: string) {
    this.#place = place;
    this.#key = key;
    this.#keyPrefix = keyPrefix;
  }

  /**
   * Sends again what is unknown, and one message more; gives what went wrong.
   */
  async rest(session: string, calls: Call[]): Promise<string[]> {
    const unknown = calls.filter(
      ({ kind, outcome, operationId }) =>
        outcome === 'unknown' && operationId !== null && REPEATABLE.has(kind),
    );
    const wrong: string[] = [];
    for (const call of unknown) {
      const error = await this.#try(call);
      call.ended = now();
      call.limit = null;
      if (error === null) Object.assign(call, { outcome: 'repeated', code: '' });
      // The number of a write means nothing in another life.
      else if (error !== 'outcome_unknown') {
        wrong.push(`${call.kind} ${call.writer}-${call.number} sent again failed with ${error}`);
      }
    }
    const last = lastCall(session);
    calls.push(last);
    const error = await this.#try(last);
    Object.assign(last, { outcome: 'acknowledged', ended: now() });
    return error === null ? wrong : [...wrong, `a last message failed with ${error}`];
  }

  /** Gives the code of the error; a lock that nobody gave back is waited for. */
  async #try(call: Call): Promise<string | null> {
    const { kind } = call;
    if (kind === 'exclusive') return 'exclusive';
    const end = now() + LOCK_MS;
    for (;;) {
      try {
        await MOVES[kind](this.#move(call));
        return null;
      } catch (error) {
        const code = error instanceof SessionError ? error.code : String(error);
        if (code !== 'session_locked' || now() > end) return code;
        await delay(PAUSE_MS);
      }
    }
  }

  #move(call: Call): Move {
    const session = new JSONSession({
      store: this.#place.store,
      sessionId: call.session,
      keyPrefix: this.#keyPrefix,
      timeoutMs: TIMEOUT_MS,
    });
    return { session, call, key: this.#key, suffix: [], messageId: '', python: null };
  }
}

const REPEATABLE: ReadonlySet<string> = new Set(['addMessage', 'addItems', 'append']);

function lastCall(session: string): Call {
  const texts = textsOf(JUDGE, Number(session.slice(1)), 1);
  return newCall({ writer: JUDGE, number: 0, session, kind: 'addMessage', texts });
}
