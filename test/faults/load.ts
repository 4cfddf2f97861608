/**
 * Writers of values that are all different, and what each was told of every write.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type JSONSession,
  NotDurableError,
  OutcomeUnknownError,
  SessionError,
} from '../../src/index.ts';
import type { Attempt, Outcome } from './oracle.ts';

/** Slows down a writer that is refused at once, so that the refusals do not take over. */
const PAUSE_MS = 5;

/**
 * One writer.
 */
export interface WriterPlan {
  /** Part of every text; no other writer of the session has it. */
  readonly name: string;
  readonly session: JSONSession;
  /** How many writes; until it is stopped when left out. */
  readonly operations?: number;
  /** Names its writes before it sends them; else an unknown one is named by its error alone. */
  readonly ownIds: boolean;
  /** Random bytes in each text, so that nothing of it is shared in memory; default 0. */
  readonly padding?: number;
  /** Milliseconds between two writes; default 0. */
  readonly pace?: number;
  /** Sees each attempt when it begins and when it has ended. */
  readonly note?: (attempt: Attempt) => void;
}

/**
 * Writers that write, each one thing after the other.
 */
export class Load {
  /** All writes so far, in the order in which they ended. */
  readonly attempts: Attempt[] = [];
  readonly #done: Promise<unknown>;
  #stopped = false;

  constructor(plans: readonly WriterPlan[]) {
    this.#done = Promise.all(plans.map((plan) => this.#write(plan)));
  }

  /** How many writes had this outcome so far, or a text of this code. */
  count(outcome: Outcome, code?: string): number {
    return this.attempts.filter(
      (attempt) => attempt.outcome === outcome && (code === undefined || attempt.code === code),
    ).length;
  }

  /** Waits for writers that have a number of writes. */
  async finish(): Promise<readonly Attempt[]> {
    await this.#done;
    return this.attempts;
  }

  /** Has every writer end with the write that it is at. */
  async stop(): Promise<readonly Attempt[]> {
    this.#stopped = true;
    return this.finish();
  }

  async #write(plan: WriterPlan): Promise<void> {
    const { name, session, operations = Number.POSITIVE_INFINITY, padding = 0 } = plan;
    for (let index = 0; index < operations && !this.#stopped; index += 1) {
      const parts = index % 3 === 2 ? ['a', 'b'] : ['m'];
      const attempt: Attempt = {
        writer: name,
        texts: parts.map((part) => `${name}/${index}/${part}${randomHex(padding)}`),
        operationId: plan.ownIds ? `${name} ${index}` : null,
        outcome: 'unknown',
        code: '',
      };
      plan.note?.(attempt);
      await tryOnce(session, attempt);
      this.attempts.push(attempt);
      plan.note?.(attempt);
      const pause = attempt.outcome === 'rejected' ? PAUSE_MS : (plan.pace ?? 0);
      if (pause > 0) await delay(pause);
    }
  }
}

/**
 * Sends every write that is unknown, or was applied and not confirmed, again, as a caller or another process would, until it is acknowledged.
 */
export async function repeatUnknown(
  session: JSONSession,
  attempts: readonly Attempt[],
): Promise<void> {
  for (const attempt of attempts) {
    if (attempt.outcome !== 'unknown' && attempt.outcome !== 'applied') continue;
    await send(session, attempt);
    attempt.outcome = 'repeated';
  }
}

/**
 * Sends the texts of an attempt, under its operation id if it has one.
 */
export async function send(
  session: JSONSession,
  { texts, operationId }: Pick<Attempt, 'texts' | 'operationId'>,
): Promise<void> {
  const options = operationId === null ? {} : { operationId };
  const [first = '', ...others] = texts;
  if (others.length === 0) {
    await session.addMessage({ role: 'user', content: first, tokens: 1, ...options });
    return;
  }
  const items = texts.map((content) => ({ role: 'user', content }) as const);
  await session.addItems(items, undefined, options);
}

async function tryOnce(session: JSONSession, attempt: Attempt): Promise<void> {
  try {
    await send(session, attempt);
    attempt.outcome = 'acknowledged';
  } catch (error) {
    attempt.code = error instanceof SessionError ? error.code : String(error);
    const { outcome } = attempt;
    attempt.outcome = 'rejected';
    if (error instanceof NotDurableError) attempt.outcome = 'applied';
    else if (error instanceof OutcomeUnknownError) attempt.outcome = outcome;
    else return;
    attempt.operationId ??= error.operationId;
  }
}

function randomHex(bytes: number): string {
  return bytes === 0 ? '' : `/${randomBytes(bytes).toString('hex')}`;
}
