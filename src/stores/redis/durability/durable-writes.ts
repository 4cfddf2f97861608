/**
 * Writes that are waited for: each script and its `WAIT` go over one connection that nobody else uses.
 *
 * @module
 */
import { Deadline } from '../../../deadline.ts';
import { InvalidInputError, SessionError } from '../../../errors.ts';
import type { RedisCommandSender } from '../clients/client.ts';
import type { ScriptCall, ScriptRun } from '../clients/commander.ts';
import { classifyFailure, failureName } from '../clients/failure.ts';
import type { LuaScript } from '../lua-script.ts';
import * as scripts from '../scripts.generated.ts';
import { checkConfirmable, confirm, PLACES, type WaitedFor } from './confirmation.ts';
import { NotSentError, type RedisConnection, type RedisMaster } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';

/** How long a client may take to find out that the servers have changed. */
const REFRESH_MS = 200;

/** Replies after which the write stands, now or from before. */
const STANDS = new Set(['OK', 'SEEN']);
/** What was to be deleted and is not there may have been deleted a moment ago. */
const IS_GONE = 'MISSING';
/** These have written something when they say that they were applied, and no repeat. */
const ALWAYS_WRITE: ReadonlySet<LuaScript> = new Set([
  scripts.append,
  scripts.rewrite,
  scripts.lock,
  scripts.remove,
]);
const SOUND_REFUSALS = new Set(['refused', 'no-json', 'out-of-memory']);

/** Runs a script by a way to send. */
type Evaluate = (
  send: (args: readonly string[]) => Promise<unknown>,
  call: ScriptRun,
) => Promise<unknown>;

/**
 * A write that was applied and not confirmed.
 */
export interface Shortfall {
  /** Where the write is not known to be, for messages. */
  readonly where: string;
  /** What kept the server from saying more, if anything did. */
  readonly cause?: unknown;
}

/**
 * The writes of one store that are waited for.
 */
export class DurableWrites {
  readonly #sender: RedisCommandSender;
  readonly #evaluate: Evaluate;
  readonly #pools = new Map<string, ConnectionPool>();
  /** What is waited for. */
  readonly waitedFor: WaitedFor;

  /**
   * @throws {@link InvalidInputError} (`invalid_input`) when the client gives no connections.
   */
  constructor(sender: RedisCommandSender, evaluate: Evaluate, waitedFor: WaitedFor) {
    if (sender.masterOf === undefined) {
      throw new InvalidInputError(
        'durability',
        'needs a client that gives connections of its own (masterOf)',
      );
    }
    this.#sender = sender;
    this.#evaluate = evaluate;
    this.waitedFor = waitedFor;
  }

  /** Begins a write. */
  begin(call: ScriptCall): DurableWrite {
    return new DurableWrite(this, this.#evaluate, call);
  }

  /**
   * Lends a connection to the master of a key.
   *
   * @param isAgain - Whether the one before was of no use, so that the client should look around first.
   * @throws {@link NotSentError}, or a `SessionError` where it is hopeless.
   */
  async lend(
    key: string,
    deadline: Deadline,
    isAgain: boolean,
  ): Promise<{ connection: RedisConnection; giveBack: (isSound: boolean) => void }> {
    if (isAgain) await this.#refresh(key, deadline);
    try {
      const master = this.#sender.masterOf?.(key) as RedisMaster;
      const pool = this.#pools.get(master.name) ?? new ConnectionPool();
      this.#pools.set(master.name, pool);
      const connection = await pool.take((ms) => this.#connect(master, ms), deadline);
      const giveBack = (isSound: boolean): void => {
        pool.give(connection, isSound);
        if (pool.isEmpty) this.#pools.delete(master.name);
      };
      return { connection, giveBack };
    } catch (error) {
      if (error instanceof SessionError || classifyFailure(error) === 'refused') throw error;
      throw error instanceof NotSentError ? error : new NotSentError(failureName(error));
    }
  }

  /** Ends the connections that are not lent, and those that are when they are given back. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close();
  }

  async #connect(master: RedisMaster, timeoutMs: number): Promise<RedisConnection> {
    const connection = await master.connect(timeoutMs);
    try {
      await checkConfirmable(connection, this.waitedFor, new Deadline(timeoutMs));
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** A client of a cluster learns of another master by the answers to its own commands. */
  async #refresh(key: string, deadline: Deadline): Promise<void> {
    const soon = new Deadline(Math.min(REFRESH_MS, deadline.remaining), deadline.signal);
    const command = { args: ['TYPE', key], key, readOnly: true };
    await soon.limit(this.#sender.send(command)).catch(() => {});
  }
}

/**
 * One write over any number of attempts.
 */
export class DurableWrite {
  readonly #writes: DurableWrites;
  readonly #evaluate: Evaluate;
  readonly #call: ScriptCall;
  #attempts = 0;
  #isConfirmed = true;
  /** What the server said when it applied the write; undefined before. */
  applied: unknown;
  /** Whether the last attempt found it applied. */
  isRepeated = false;

  constructor(writes: DurableWrites, evaluate: Evaluate, call: ScriptCall) {
    this.#writes = writes;
    this.#evaluate = evaluate;
    this.#call = call;
  }

  /**
   * Sends the write and waits for it.
   *
   * @param maybeApplied - Whether an attempt before had no answer.
   */
  async attempt(maybeApplied: boolean): Promise<unknown> {
    const { key, deadline } = this.#call;
    const isAgain = this.#attempts > 0;
    this.#attempts += 1;
    this.isRepeated = this.applied !== undefined;
    const { connection, giveBack } = await this.#writes.lend(key, deadline, isAgain);
    let isSound = false;
    try {
      const reply = await this.#attemptOn(connection, maybeApplied);
      isSound = true;
      return reply;
    } catch (error) {
      isSound = SOUND_REFUSALS.has(classifyFailure(error));
      throw error;
    } finally {
      giveBack(isSound);
    }
  }

  /** Gives null where the write is where it has to be, or there was nothing to write. */
  shortfall(cause?: unknown): Shortfall | null {
    if (this.#isConfirmed) return null;
    return { where: PLACES[this.#writes.waitedFor], cause };
  }

  async #attemptOn(connection: RedisConnection, maybeApplied: boolean): Promise<unknown> {
    const { deadline, script } = this.#call;
    const send = (args: readonly string[]) => deadline.limit(connection.send(args));
    const isAgain = maybeApplied || this.isRepeated;
    const reply = await this.#evaluate(send, this.#call);
    const [status, , , , repeated] = Array.isArray(reply) ? reply.map(String) : [];
    const stands = STANDS.has(status ?? '') || (script === scripts.remove && status === IS_GONE);
    if (!stands) return reply;
    this.applied = reply;
    this.#isConfirmed = false;
    const isNew = status === 'OK' && repeated !== '1' && !isAgain;
    const hasWritten = isNew && ALWAYS_WRITE.has(script);
    if (hasWritten || (await this.#propagate(send))) {
      this.#isConfirmed = await confirm(connection, this.#writes.waitedFor, deadline);
    }
    return reply;
  }

  async #propagate(send: (args: readonly string[]) => Promise<unknown>): Promise<boolean> {
    const script: LuaScript = scripts.propagate;
    return (await this.#evaluate(send, { script, key: this.#call.key, args: [] })) === 1;
  }
}
