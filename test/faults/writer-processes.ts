/**
 * Writers in processes of their own, which a test stops and kills.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_FLAGS } from '../processes/node-flags.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { onParentDeath } from '../servers/parent-death.ts';
import type { Attempt } from './oracle.ts';

/**
 * What a writer is to do.
 */
export interface WriterTask {
  readonly url: string;
  readonly keyPrefix: string;
  readonly sessionId: string;
  readonly timeoutMs: number;
  readonly ttl?: number;
  readonly name: string;
  /** Milliseconds between two writes. */
  readonly pace: number;
  /** File to which it appends each attempt. */
  readonly diary: string;
}

/**
 * A running writer.
 */
export class WriterProcess {
  readonly #child: ChildProcess;
  readonly #diary: string;
  readonly #ended: Promise<unknown>;

  constructor(task: Omit<WriterTask, 'diary'>) {
    this.#diary = join(temporaryFolder(), 'diary');
    writeFileSync(this.#diary, '');
    const argument = JSON.stringify({ ...task, diary: this.#diary });
    this.#child = fork(new URL('writer-process.ts', import.meta.url), [argument], {
      execArgv: [...NODE_FLAGS],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#ended = once(this.#child, 'exit');
    // One that is stopped does not notice that its parent has gone.
    const release = onParentDeath(['kill', '-KILL', String(this.#child.pid)]);
    void this.#ended.then(release);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** What it has noted; a write that has no end is unknown. */
  attempts(): Attempt[] {
    const lines = readFileSync(this.#diary, 'utf8').split('\n').slice(0, -1);
    const notes = lines.map((line) => JSON.parse(line) as Attempt);
    return [...new Map(notes.map((note) => [note.texts[0], note])).values()];
  }
}
