/**
 * Readers that read whole histories, over and over, while something happens to the server.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionDocument } from '../../src/document/document.ts';
import { type JSONSession, SessionError } from '../../src/index.ts';

const PACE_MS = 100;

/**
 * Reads one session through several handles, each one time after the other.
 */
export class Readers {
  /** What was read: the texts of the history, in order. */
  readonly reads: string[][] = [];
  /** Codes of reads that failed. */
  readonly failures: Set<string> = new Set();
  readonly #done: Promise<unknown>;
  #stopped = false;

  constructor(sessions: readonly JSONSession[]) {
    this.#done = Promise.all(sessions.map((session) => this.#read(session)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  /** How many reads gave what none of some histories held at any time, if they only grew. */
  strange(histories: readonly SessionDocument[]): number {
    const texts = histories.map(({ messages }) => messages.map(({ content }) => content));
    const isPart = (read: readonly string[]): boolean =>
      texts.some((history) => read.every((text, index) => text === history[index]));
    return this.reads.filter((read) => !isPart(read)).length;
  }

  async #read(session: JSONSession): Promise<void> {
    while (!this.#stopped) {
      try {
        const messages = await session.getMessages();
        this.reads.push(messages.map(({ content }) => content));
      } catch (error) {
        this.failures.add(error instanceof SessionError ? error.code : String(error));
      }
      await delay(PACE_MS);
    }
  }
}
