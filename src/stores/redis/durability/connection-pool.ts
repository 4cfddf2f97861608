/**
 * Connections to one server that are lent to one write at a time.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import type { RedisConnection } from './connection.ts';

/** As many writes can wait for replicas or the disk at once. */
const MOST_CONNECTIONS = 16;
const IDLE_MS = 30_000;

/** Makes a connection, or fails after some milliseconds. */
type Connect = (timeoutMs: number) => Promise<RedisConnection>;

interface IdleConnection {
  readonly connection: RedisConnection;
  readonly timer: NodeJS.Timeout;
}

/**
 * Makes connections when they are needed and keeps up to 16 of them.
 */
export class ConnectionPool {
  readonly #idle: IdleConnection[] = [];
  readonly #waiting: (() => void)[] = [];
  #lent = 0;
  #closed = false;

  /** Whether nothing is connected and nobody waits. */
  get isEmpty(): boolean {
    return this.#lent === 0 && this.#idle.length === 0;
  }

  /**
   * Lends a connection, when others have given theirs back if need be.
   *
   * @throws what the `deadline` fails with, or `connect`.
   */
  async take(connect: Connect, deadline: Deadline): Promise<RedisConnection> {
    await this.#turn(deadline);
    try {
      return this.#takeIdle() ?? (await this.#open(connect, deadline));
    } catch (error) {
      this.#passOn();
      throw error;
    }
  }

  /**
   * Takes a connection back.
   *
   * @param isSound - Whether every command on it was answered.
   */
  give(connection: RedisConnection, isSound: boolean): void {
    if (isSound && connection.isOpen && !this.#closed) this.#keep(connection);
    else connection.close();
    this.#passOn();
  }

  /** Ends what is idle now, and the others when they are given back. */
  close(): void {
    this.#closed = true;
    for (const { connection, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      connection.close();
    }
  }

  async #turn(deadline: Deadline): Promise<void> {
    if (this.#lent < MOST_CONNECTIONS) {
      this.#lent += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    try {
      await deadline.limit(promise);
    } catch (error) {
      const index = this.#waiting.indexOf(resolve);
      if (index === -1) this.#passOn();
      else this.#waiting.splice(index, 1);
      throw error;
    }
  }

  #passOn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#lent -= 1;
    else next();
  }

  #takeIdle(): RedisConnection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      if (idle.connection.isOpen) return idle.connection;
      idle.connection.close();
    }
    return undefined;
  }

  async #open(connect: Connect, deadline: Deadline): Promise<RedisConnection> {
    const connecting = connect(Math.max(1, Math.ceil(deadline.remaining)));
    try {
      return await deadline.limit(connecting);
    } catch (error) {
      connecting.then(
        (connection) => connection.close(),
        () => {},
      );
      throw error;
    }
  }

  #keep(connection: RedisConnection): void {
    const timer = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.connection === connection),
        1,
      );
      connection.close();
    }, IDLE_MS);
    timer.unref();
    this.#idle.push({ connection, timer });
  }
}
