/**
 * The command as a real process: with pipes, as in a script, or in a pseudo-terminal, as for a person.
 *
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { NODE_FLAGS } from '../processes/node-flags.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const PSEUDO_TERMINAL = join(import.meta.dirname, 'pseudo-terminal.py');
/** What Node looks at for colours, and we for a store, is as where a person types, in a CI run too. */
const AS_FOR_A_PERSON = {
  TERM: 'xterm',
  CI: undefined,
  NO_COLOR: undefined,
  NODE_DISABLE_COLORS: undefined,
  FORCE_COLOR: undefined,
  REDIS_URL: undefined,
};
/** No command of these tests takes so long. */
const KILL_AFTER_MS = 120_000;

/**
 * How a command runs.
 */
export interface CommandOptions {
  /** Replaces what these variables are in this process; undefined removes one. */
  readonly env?: Record<string, string | undefined>;
  readonly cwd?: string;
  /** Whether it runs in a terminal; what it shows there is its output, notes and all. */
  readonly isTerminal?: boolean;
}

/**
 * How a command ended.
 */
export interface CommandEnd {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * A command that runs.
 */
export class CommandProcess {
  /** When it has ended. */
  readonly end: Promise<CommandEnd>;
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';
  #errors = '';
  #onOutput: () => void = () => {};

  constructor(args: readonly string[], { env, cwd, isTerminal = false }: CommandOptions = {}) {
    const command = [process.execPath, ...NODE_FLAGS, MAIN, ...args];
    const program = isTerminal ? ['python3', PSEUDO_TERMINAL, ...command] : command;
    const [file = '', ...rest] = program;
    const child = spawn(file, rest, { cwd, env: { ...process.env, ...AS_FOR_A_PERSON, ...env } });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#onOutput();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    this.end = new Promise((resolve) => {
      child.once('close', (code) => {
        clearTimeout(timer);
        this.#onOutput();
        resolve({ code, output: this.#output, errors: this.#errors });
      });
    });
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  /** What it has written so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until the output has a text. */
  async until(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      if (this.#child.exitCode !== null) {
        throw new Error(`It ended without ${text}: ${this.#output} ${this.#errors}`);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onOutput = resolve;
      await promise;
    }
  }

  /** Types, in a terminal. */
  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Sends what Ctrl-C sends, or another signal. */
  signal(name: NodeJS.Signals = 'SIGINT'): void {
    this.#child.kill(name);
  }

  /** Reads no more of what it writes, as `head` does. */
  hangUp(): void {
    this.#child.stdout.destroy();
  }
}

/**
 * Runs a command to its end.
 */
export async function runCommand(
  args: readonly string[],
  options?: CommandOptions,
): Promise<CommandEnd> {
  return new CommandProcess(args, options).end;
}

/**
 * Gives the values of lines of JSON.
 */
export function jsonLines(output: string): unknown[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
