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
} from '../../../errors.ts';
import type { RedisCommand, RedisCommandSender } from './client.ts';
import type { Deadline } from '../../../deadline.ts';
import type { Durability } from '../../../durability.ts';
import { DurableWrites, type DurableWrite, type Shortfall } from '../durability/durable-writes.ts';
import { classifyFailure, failureName } from './failure.ts';
import type { WatchParams } from '../../../watch.ts';
import type { LuaScript } from '../lua-script.ts';
import { watchAtMaster } from './watching.ts';

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
  /** Whether it is waited for where writes are; default true. */
  readonly durable?: boolean;
}

/** What a server must be sent of it. */
export type ScriptRun = Pick<ScriptCall, 'script' | 'key' | 'besides' | 'args'>;

/** What is attempted, by its name in errors, until when, and whether an answer was lost. */
interface Attempt {
  readonly deadline: Deadline;
  readonly what: string;
  maybeApplied: boolean;
  /** Whether it brings a connection along, so that the client's own need not be ready. */
  readonly connects: boolean;
}

/**
 * A reply, and whether an earlier attempt of the same call may have been applied already.
 */
export interface ScriptReply {
  readonly reply: unknown;
  readonly maybeApplied: boolean;
  /** What a write that was applied lacks of the durability that it should have. */
  readonly shortfall: Shortfall | null;
}

/**
 * Sends through one client, with a deadline for each call.
 *
 * A call without an answer is sent again while there is time: reads change nothing, and writes are
 * scripts that recognise a resend.
 */
export class RedisCommander {
  readonly #sender: RedisCommandSender;
  readonly #durable: DurableWrites | null;

  /**
   * @throws {@link InvalidInputError} (`invalid_input`) when writes are to be waited for, and the client
   * gives no connections.
   */
  constructor(sender: RedisCommandSender, durability: Durability = 'acknowledged') {
    this.#sender = sender;
    this.#durable =
      durability === 'acknowledged' ? null : new DurableWrites(sender, evaluate, durability);
  }

  /**
   * Runs a plain reading command.
   */
  async read(key: string, args: readonly string[], deadline: Deadline): Promise<unknown> {
    const attempt = { deadline, what: args[0] ?? '', maybeApplied: false, connects: false };
    return this.#repeat(attempt, () => this.#sendBy(deadline, { key, args, readOnly: true }));
  }

  /**
   * Runs a script.
   */
  async run(call: ScriptCall): Promise<ScriptReply> {
    const { deadline, script, key, readOnly, operationId } = call;
    const attempt = {
      deadline,
      what: `the script ${script.name}`,
      maybeApplied: false,
      connects: false,
    };
    const isWaitedFor = !readOnly && call.durable !== false;
    const durable = isWaitedFor ? this.#durable?.begin(call) : undefined;
    if (durable !== undefined)
      return this.#runDurably({ ...attempt, connects: true }, durable, operationId);
    const send = (args: readonly string[]) => this.#sendBy(deadline, { args, key, readOnly });
    try {
      const reply = await this.#repeat(attempt, () => evaluate(send, call));
      return { reply, maybeApplied: attempt.maybeApplied, shortfall: null };
    } catch (error) {
      if (readOnly || !attempt.maybeApplied) throw error;
      throw new OutcomeUnknownError(operationId, { cause: error });
    }
  }

  /**
   * Watches a key through a connection of its own, and gives what stops it.
   */
  async watch(params: WatchParams, deadline: Deadline): Promise<() => void> {
    return watchAtMaster(this.#sender, params, deadline);
  }

  /** Ends the connections for writes that are waited for. */
  close(): void {
    this.#durable?.close();
  }

  async #runDurably(
    attempt: Attempt,
    write: DurableWrite,
    operationId: string,
  ): Promise<ScriptReply> {
    try {
      const reply = await this.#repeat(attempt, () => write.attempt(attempt.maybeApplied));
      const maybeApplied = attempt.maybeApplied || write.isRepeated;
      return { reply, maybeApplied, shortfall: write.shortfall() };
    } catch (error) {
      const { maybeApplied } = attempt;
      if (write.applied !== undefined) {
        return { reply: write.applied, maybeApplied, shortfall: write.shortfall(error) };
      }
      if (!maybeApplied) throw error;
      throw new OutcomeUnknownError(operationId, { cause: error });
    }
  }

  /** Sends until there is an answer, a refusal, or no time left. */
  async #repeat(attempt: Attempt, send: () => Promise<unknown>): Promise<unknown> {
    const { deadline } = attempt;
    let pause = FIRST_PAUSE_MS;
    let last: Error | null = null;
    for (;;) {
      try {
        const isReady = attempt.connects || this.#isReady() || (await this.#isReadyBy(deadline));
        if (isReady && !deadline.passed) return await send();
      } catch (error) {
        if (error instanceof SessionError) throw error;
        last = new Error(failureName(error));
        const kind = classifyFailure(error);
        if (kind === 'unknown') attempt.maybeApplied = true;
        else if (kind !== 'not-applied') throw await this.#refusal(kind, last, attempt);
      }
      if (deadline.passed) {
        // Who gives up early says nothing of the connection.
        if (!deadline.isAborted) this.#sender.onUnanswered?.();
        const reason = last;
        throw deadline.failure(() => this.#unreachable(reason));
      }
      await deadline.pauseToRetry(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  #unreachable(last: Error | null): StoreUnavailableError {
    const cause = last ?? new Error(this.#sender.lastFailure?.() ?? 'not connected');
    return new StoreUnavailableError(`Redis cannot be reached (${cause.message})`, { cause });
  }

  #isReady(): boolean {
    return this.#sender.isReady?.() ?? true;
  }

  async #isReadyBy(deadline: Deadline): Promise<boolean> {
    let pause = 1;
    do {
      if (deadline.passed) return false;
      await deadline.pause(pause);
      pause = Math.min(pause * 2, LONGEST_READY_PAUSE_MS);
    } while (!this.#isReady());
    return true;
  }

  async #sendBy(deadline: Deadline, command: RedisCommand): Promise<unknown> {
    return deadline.attempt(async (signal) => this.#sender.send({ ...command, signal }));
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
      const info = String(await this.#sendBy(deadline, command));
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

/**
 * Runs a script by its digest, and by its source where the server does not have it.
 */
async function evaluate(
  send: (args: readonly string[]) => Promise<unknown>,
  { script, key, besides = [], args }: ScriptRun,
): Promise<unknown> {
  const keysAndArgs = [String(1 + besides.length), key, ...besides, ...args];
  try {
    return await send(['EVALSHA', script.sha1, ...keysAndArgs]);
  } catch (error) {
    if (classifyFailure(error) !== 'no-script') throw error;
    return send(['EVAL', script.source, ...keysAndArgs]);
  }
}
