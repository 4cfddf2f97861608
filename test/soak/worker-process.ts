/**
 * A worker, seen from the process that started it.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { NODE_FLAGS } from '../processes/node-flags.ts';
import { onParentDeath } from '../servers/parent-death.ts';
import { now } from './call.ts';

/** How long calls may take to end that are under way, and a process after them. */
const PATIENCE_MS = 40_000;

/**
 * What a worker is.
 */
export interface WorkerTask {
  /** Begins the names of its callers. */
  readonly name: string;
  readonly seed: number;
  readonly url: string;
  /** Which client it uses; see `ways.ts`. */
  readonly way: number;
  readonly isRedis: boolean;
  readonly sessions: number;
  /** How many times as long as planned it waits between two calls. */
  readonly pace: number;
}

/**
 * A stretch of time with sessions of its own.
 */
export interface Round {
  readonly number: number;
  readonly keyPrefix: string;
  /** File in which the calls are noted. */
  readonly log: string;
}

/** The bytes of a worker that has come to rest. */
export interface Memory {
  readonly rss: number;
  /** Without what is garbage. */
  readonly heap: number;
}

/** What a worker says: that it can begin, or that it has come to rest. */
export type FromWorker = 'ready' | Memory;

/**
 * A running worker.
 */
export class WorkerProcess {
  readonly task: WorkerTask;
  /** Where it notes the calls of this round. */
  log = '';
  /** When it ended, or null. */
  endedAt: number | null = null;
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  #rest = Promise.withResolvers<Memory>();
  readonly #ended: Promise<unknown>;
  #errors = '';
  #isMeantToEnd = false;

  constructor(task: WorkerTask) {
    this.task = task;
    this.#child = fork(new URL('worker.ts', import.meta.url), [JSON.stringify(task)], {
      execArgv: [...NODE_FLAGS, '--expose-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(0, 4000);
    });
    this.#child.on('error', () => {});
    this.#child.on('message', (message: FromWorker) => {
      if (message === 'ready') this.#ready.resolve();
      else this.#rest.resolve(message);
    });
    this.#child.once('close', () => (this.endedAt = now()));
    this.#ended = once(this.#child, 'close');
    // One that is stopped does not notice that its parent has gone.
    const release = onParentDeath(['kill', '-KILL', String(this.#child.pid)]);
    void this.#ended.then(release);
  }

  /** Why it ended though nobody ended it, or null. */
  get mishap(): string | null {
    if (this.endedAt === null || this.#isMeantToEnd) return null;
    const { exitCode, signalCode } = this.#child;
    return `ended by itself (${signalCode ?? exitCode}): ${this.#errors.trim()}`;
  }

  /** Waits until it can begin, or never will. */
  async untilReady(): Promise<void> {
    await Promise.race([this.#ready.promise, this.#ended]);
  }

  begin(round: Round): void {
    this.log = round.log;
    this.#say(round);
  }

  /**
   * Has it end its calls; gives its memory, or null when it did not come to rest in time.
   */
  async pause(): Promise<Memory | null> {
    this.#rest = Promise.withResolvers();
    this.#say('pause');
    const late = delay(PATIENCE_MS, null, { ref: false });
    return Promise.race([this.#rest.promise, this.#ended.then(() => null), late]);
  }

  /**
   * Has it close what it has open; says whether it then ended by itself, with nothing left behind.
   */
  async end(): Promise<boolean> {
    this.#isMeantToEnd = true;
    this.#say('end');
    const late = delay(PATIENCE_MS, false, { ref: false });
    const isDone = await Promise.race([this.#ended.then(() => true), late]);
    if (!isDone) await this.kill();
    return isDone && this.#child.exitCode === 0;
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#isMeantToEnd = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #say(message: Round | 'pause' | 'end'): void {
    // One that has ended hears nothing.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}
