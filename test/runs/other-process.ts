/**
 * Another process that takes part in a conversation.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { NODE_FLAGS } from '../processes/node-flags.ts';
import type { ResultOf, Task } from './tasks.ts';

/**
 * A process that waits for tasks.
 */
export class OtherProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Error>;
  #errors = '';

  private constructor() {
    this.#child = fork(new URL('worker.ts', import.meta.url), {
      execArgv: [...NODE_FLAGS],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#ended = once(this.#child, 'close').then(
      () => new Error(`A process ended early:\n${this.#errors}`),
    );
  }

  /** Starts one and waits until it can work. */
  static async start(): Promise<OtherProcess> {
    const started = new OtherProcess();
    await started.#next('ready');
    return started;
  }

  /** Has a task done; one at a time. */
  async do<T extends Task>(task: T): Promise<ResultOf<T>> {
    const result = this.#next('result');
    this.#child.send(task);
    return (await result) as ResultOf<T>;
  }

  /** Ends the process. */
  async end(): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }

  /** Gives what the next message holds, which must be of that kind. */
  async #next(kind: 'ready' | 'result'): Promise<unknown> {
    const message = once(this.#child, 'message') as Promise<[{ kind: string; result?: unknown }]>;
    const first = await Promise.race([message, this.#ended]);
    if (first instanceof Error) throw first;
    const [{ kind: told, result }] = first;
    if (told !== kind) throw new Error(`A process failed: ${String(result)}`);
    return result;
  }
}
