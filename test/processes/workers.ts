/**
 * Several processes that do things at the same moment.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { NODE_FLAGS } from './node-flags.ts';
import type { Task, TaskResult } from './tasks.ts';

/**
 * Processes that wait for tasks.
 */
export class Workers {
  readonly #workers: readonly Worker[];

  constructor(count: number) {
    this.#workers = Array.from({ length: count }, () => new Worker());
  }

  /**
   * Gives each task to a process of its own. All wait until every one is connected, then begin
   * together.
   *
   * @param tasks - A task for each process.
   * @returns What each process found, in the order of the tasks.
   */
  async run(tasks: readonly Task[]): Promise<TaskResult[]> {
    const chosen = this.#workers.slice(0, tasks.length);
    await Promise.all(chosen.map((worker, index) => worker.ask('ready', tasks[index])));
    const results = await Promise.all(chosen.map((worker) => worker.ask('result', 'begin')));
    return results as TaskResult[];
  }

  /** Ends the processes. */
  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }
}

/** One process. */
class Worker {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Error>;
  #errors = '';

  constructor() {
    this.#child = fork(new URL('worker.ts', import.meta.url), {
      execArgv: [...NODE_FLAGS],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#ended = once(this.#child, 'close').then(
      () => new Error(`A worker ended early:\n${this.#errors}`),
    );
  }

  /** Sends a message and gives the value of the answer, which must be of that kind. */
  async ask(kind: string, message: Task | 'begin' | undefined): Promise<unknown> {
    const answer = once(this.#child, 'message') as Promise<[{ kind: string; value?: unknown }]>;
    this.#child.send(message ?? 'begin');
    const first = await Promise.race([answer, this.#ended]);
    if (first instanceof Error) throw first;
    const [{ kind: answered, value }] = first;
    if (answered !== kind) throw new Error(`A worker failed: ${String(value)}`);
    return value;
  }

  async end(): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }
}
