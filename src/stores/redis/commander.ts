/**
 * Sends commands and scripts until they are answered or their time is up.
 *
 * @module
 */
import {
  JsonNotSupportedError,
  OutcomeUnknownError,
  OutOfMemoryError,
  SessionError,
  StoreUnavailableError,
} from '../../errors.ts';
import type { RedisCommand, RedisCommandSender } from './client.ts';
import type { Deadline } from '../../deadline.ts';
import { classifyFailure, failureName } from './failure.ts';
import type { LuaScript } from './lua-script.ts';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;
const LONGEST_READY_PAUSE_MS = 50;

/**
 * One run of a script on one key, and keys beside it.
 */
export interface ScriptCall {
  readonly script: LuaScript;
  readonly key: string;
  /** Keys beside it, in its slot. */
  readonly besides?: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly readOnly: boolean;
  /** Names the write in an {@link OutcomeUnknownError}. */
  readonly operationId: string;
  readonly deadline: Deadline;
}

/** What is attempted, by its name in errors, until when, and whether an answer was lost. */
interface Attempt {
  readonly deadline: Deadline;
  readonly what: string;
  maybeApplied: boolean;
}

/**
 * A reply, and whether an earlier attempt of the same call may have been applied already.
 */
export interface ScriptReply {
  readonly reply: unknown;
  readonly maybeApplied: boolean;
}

/**
 * Sends through one client, with a deadline for each call.
 *
 * A call without an answer is sent again while there is time: reads change nothing, and writes are
 * scripts that recognise a resend.
 */
export class RedisCommander {
  readonly #sender: RedisCommandSender;

  constructor(sender: RedisCommandSender) {
    this.#sender = sender;
  }

  /**
   * Runs a plain reading command.
   */
  async read(key: string, args: readonly string[], deadline: Deadline): Promise<unknown> {
    const command = { key, args, readOnly: true };
    const attempt = { deadline, what: args[0] ?? '', maybeApplied: false };
    return this.#repeat(attempt, () => this.#sender.send(command));
  }

  /**
   * Runs a script.
   */
  async run(call: ScriptCall): Promise<ScriptReply> {
    const { deadline, script, readOnly, operationId } = call;
    const attempt = { deadline, what: `the script ${script.name}`, maybeApplied: false };
    try {
      const reply = await this.#repeat(attempt, () => this.#evaluate(call));
      return { reply, maybeApplied: attempt.maybeApplied };
    } catch (error) {
      if (readOnly || !attempt.maybeApplied) throw error;
      throw new OutcomeUnknownError(operationId, { cause: error });
    }
  }

  async #evaluate(call: ScriptCall): Promise<unknown> {
    const { script, key, besides = [], args, readOnly } = call;
    const count = String(1 + besides.length);
    const command = (name: string, text: string): RedisCommand => ({
      args: [name, text, count, key, ...besides, ...args],
      key,
      readOnly,
    });
    try {
      return await this.#sender.send(command('EVALSHA', script.sha1));
    } catch (error) {
      if (classifyFailure(error) !== 'no-script') throw error;
      return this.#sender.send(command('EVAL', script.source));
    }
  }

  /** Sends until there is an answer, a refusal, or no time left. */
  async #repeat(attempt: Attempt, send: () => Promise<unknown>): Promise<unknown> {
    const { deadline } = attempt;
    let pause = FIRST_PAUSE_MS;
    let last: Error | null = null;
    for (;;) {
      try {
        const ready = await this.#isReadyBy(deadline);
        if (ready && !deadline.passed) return await deadline.limit(send());
      } catch (error) {
        if (error instanceof SessionError) throw error;
        last = new Error(failureName(error));
        const kind = classifyFailure(error);
        if (kind === 'unknown') attempt.maybeApplied = true;
        else if (kind !== 'not-applied') throw await this.#refusal(kind, last, attempt);
      }
      if (deadline.passed) {
        this.#sender.onUnanswered?.();
        const reason = last;
        throw deadline.failure(() => this.#unreachable(reason));
      }
      await deadline.pause(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  #unreachable(last: Error | null): StoreUnavailableError {
    const cause = last ?? new Error(this.#sender.lastFailure?.() ?? 'not connected');
    return new StoreUnavailableError(`Redis cannot be reached (${cause.message})`, { cause });
  }

  async #isReadyBy(deadline: Deadline): Promise<boolean> {
    let pause = 1;
    while (!(this.#sender.isReady?.() ?? true)) {
      if (deadline.passed) return false;
      await deadline.pause(pause);
      pause = Math.min(pause * 2, LONGEST_READY_PAUSE_MS);
    }
    return true;
  }

  async #refusal(kind: string, cause: Error, { deadline, what }: Attempt): Promise<SessionError> {
    if (kind === 'no-json') {
      return new JsonNotSupportedError(await this.#serverName(deadline), { cause });
    }
    if (kind === 'out-of-memory') {
      return new OutOfMemoryError('Redis is at its memory limit and refused the write', { cause });
    }
    return new StoreUnavailableError(`Redis refused ${what} (${cause.message})`, { cause });
  }

  async #serverName(deadline: Deadline): Promise<string> {
    try {
      const command = { args: ['INFO', 'server'], key: '', readOnly: true };
      const info = String(await deadline.limit(this.#sender.send(command)));
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1];
      const valkey = field('valkey_version');
      if (valkey !== undefined) return `Valkey ${valkey}`;
      return `Redis ${field('redis_version') ?? 'of unknown version'}`;
    } catch {
      return 'This Redis server';
    }
  }
}
