/**
 * Where a command writes: results to one stream, notes and progress to the other.
 *
 * @module
 */
import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

import { harmlessJson } from './harmless-text.ts';

type Style = Parameters<typeof styleText>[0];

/** A stream of the process: a terminal, a pipe or a file. */
type Output = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>;

/**
 * Writes for people or for programs.
 */
export class Terminal {
  readonly #results: Output;
  readonly #notes: Output;
  #hasCounter = false;
  #failure: Error | null = null;

  constructor(results: Output = process.stdout, notes: Output = process.stderr) {
    this.#results = results;
    this.#notes = notes;
    // Without a listener, a reader that has enough would end the process with a stack trace.
    results.on('error', (error: Error) => (this.#failure = error));
  }

  /** Whether results are read by a person. */
  get isInteractive(): boolean {
    return this.#results.isTTY === true;
  }

  /**
   * Writes lines of results.
   *
   * @throws the error of the stream: `EPIPE` when its reader has gone.
   */
  async lines(...lines: string[]): Promise<void> {
    this.#endCounter();
    if (this.#failure !== null) throw this.#failure;
    if (!this.#results.write(lines.map((line) => `${line}\n`).join(''))) {
      await once(this.#results, 'drain');
    }
  }

  /** Writes a result as one line of JSON. */
  async json(value: unknown): Promise<void> {
    await this.lines(harmlessJson(value));
  }

  /** Tells a person something that is no result. */
  note(text: string): void {
    this.#endCounter();
    this.#notes.write(`${text}\n`);
  }

  /** Shows how far long work is, where somebody looks on: each in the place of the one before. */
  counter(text: string): void {
    if (this.#notes.isTTY !== true) return;
    this.#notes.write(`\r\u001B[K${text}`);
    this.#hasCounter = true;
  }

  /** Colours text for the results: not in a pipe, and not where `NO_COLOR` is set. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#results });
  }

  /** Takes the counter away, so that nothing is written behind it. */
  #endCounter(): void {
    if (this.#hasCounter) this.#notes.write('\r\u001B[K');
    this.#hasCounter = false;
  }
}
