/**
 * The SQLite file: opening it safely, transactions, and what its errors mean.
 *
 * @module
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { Deadline } from '../../deadline.ts';
import { StoreClosedError, StoreUnavailableError } from '../../errors.ts';
import { TurnQueue } from '../../turn-queue.ts';
import type { SessionAddress } from '../../store.ts';
import { attempt } from './attempt.ts';
import { FORMAT, schemaSql } from './schema.ts';

/** The values of a row, in the order of its columns. */
export type Row = readonly SQLOutputValue[];

/** What may end a call. */
type CallLimits = Pick<SessionAddress, 'timeoutMs' | 'signal' | 'onRetry'>;

interface DatabaseOptions {
  readonly timeoutMs: number;
  /** Whether a transaction ends only when it is on disk. */
  readonly isSynced: boolean;
}

/**
 * One open SQLite database in write-ahead mode.
 */
export class Database {
  readonly #path: string;
  readonly #timeoutMs: number;
  readonly #writes = new TurnQueue();
  readonly #statements = new Map<string, StatementSync>();
  #db: DatabaseSync | null;

  private constructor(db: DatabaseSync, path: string, timeoutMs: number) {
    this.#db = db;
    this.#path = path;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Opens the file, creating it with its folder where it is missing.
   *
   * @throws {@link StoreUnavailableError} (`store_unavailable`) when it is no usable database.
   */
  static async open(path: string, { timeoutMs, isSynced }: DatabaseOptions): Promise<Database> {
    const { DatabaseSync } = await import('node:sqlite');
    const database = await attempt(path, new Deadline(timeoutMs), () => {
      if (path !== ':memory:') createPrivateFile(path);
      return new Database(new DatabaseSync(path), path, timeoutMs);
    });
    try {
      await database.#prepareFile(isSynced);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  }

  /**
   * Runs the work in one transaction that holds the write lock from its start: one that reads first
   * and locks later fails at once when another process wrote in between. Writes keep the order of
   * their calls.
   */
  async write<T>(work: () => T, limits: CallLimits = {}): Promise<T> {
    const deadline = this.#deadline(limits);
    return this.#writes.enqueue(
      () => this.#transaction('BEGIN IMMEDIATE', work, deadline),
      deadline,
    );
  }

  /**
   * Runs the work over one unchanging view of the database.
   */
  async read<T>(work: () => T, limits: CallLimits): Promise<T> {
    return this.#transaction('BEGIN', work, this.#deadline(limits));
  }

  /** Gives the first row, its values in the order of the columns. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    const row = this.#statement(sql).get(...values);
    return row === undefined ? undefined : valuesOf(row);
  }

  /** Gives all rows. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql)
      .all(...values)
      .map((row) => valuesOf(row));
  }

  /** Runs statements that make tables. */
  execute(sql: string): void {
    this.#open.exec(sql);
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  /** What the file is called, without its folder. */
  get name(): string {
    return basename(this.#path);
  }

  /**
   * The file, as long as it is open.
   *
   * @throws {@link StoreClosedError} (`store_closed`) after {@link Database.close}.
   */
  get openPath(): string {
    if (this.#db === null) throw new StoreClosedError('The store is closed');
    return this.#path;
  }

  close(): void {
    this.#statements.clear();
    this.#db?.close();
    this.#db = null;
  }

  #deadline({ timeoutMs = this.#timeoutMs, signal, onRetry }: CallLimits): Deadline {
    return new Deadline(timeoutMs, signal, onRetry);
  }

  async #prepareFile(isSynced: boolean): Promise<void> {
    await attempt(this.#path, new Deadline(this.#timeoutMs), () => {
      // SQLite's own waiting blocks the event loop; `attempt` does it between tries.
      this.#open.exec('PRAGMA busy_timeout = 0');
      const synchronous = isSynced ? 'FULL' : 'NORMAL';
      this.#open.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
      this.#open.exec('PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;');
      // What is deleted is overwritten with zeros, in the file and in all that comes to the log.
      this.#open.exec('PRAGMA secure_delete = ON;');
    });
    await this.write(() => {
      const format = Number(this.get('PRAGMA user_version')?.[0]);
      if (format > FORMAT) {
        throw new StoreUnavailableError(
          `${this.#path} was written by a newer release: update agents-json-session`,
        );
      }
      if (format < FORMAT) this.execute(schemaSql(format));
    });
  }

  async #transaction<T>(begin: string, work: () => T, deadline: Deadline): Promise<T> {
    return attempt(this.#path, deadline, () => {
      this.run(begin);
      try {
        const result = work();
        this.run('COMMIT');
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  /** Some errors, such as a full disk, have ended the transaction already. */
  #rollBack(): void {
    try {
      this.#db?.exec('ROLLBACK');
    } catch {
      // The first error is the one to report.
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#open.prepare(sql);
    statement.setReturnArrays?.(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  get #open(): DatabaseSync {
    if (this.#db === null) throw new StoreClosedError('The store is closed');
    return this.#db;
  }
}

/** Objects cost half as much again as arrays; Node before 22.16 has nothing else. */
function valuesOf(row: Row | Record<string, SQLOutputValue>): Row {
  return Array.isArray(row) ? (row as Row) : Object.values(row);
}

/** SQLite gives `-wal` and `-shm` the mode of the file itself. */
function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}
