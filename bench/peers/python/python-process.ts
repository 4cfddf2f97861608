/**
 * A Python that keeps conversations and times its own loops: its start is not measured.
 *
 * @module
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** What goes over the line. */
type Message = Readonly<Record<string, string | number>>;

const SCRIPT = join(import.meta.dirname, 'peers.py');

/**
 * One process for all peers in Python. It takes one line of JSON and gives one.
 */
export class PythonProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  /**
   * Starts one.
   *
   * @param program - The Python.
   */
  static start(program: string): PythonProcess {
    // Its standard input ends with this process, and it with that.
    return new PythonProcess(spawn(program, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /**
   * Asks for something and gives the answer.
   *
   * @throws Error with what Python says of its failure.
   */
  async ask(request: Message): Promise<Message> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#answers.next();
    if (line.done === true) throw new Error('Python has ended');
    const answer = JSON.parse(line.value) as Message;
    if ('error' in answer) throw new Error(`Python: ${answer['error']}`);
    return answer;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }
}
