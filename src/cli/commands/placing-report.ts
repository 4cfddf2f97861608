/**
 * What became of sessions that were imported or copied.
 *
 * @module
 */
import { hasCode } from '../../errors.ts';
import type { ImportResult } from '../../transfer/index.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import { count } from '../terminal/transcript.ts';

/**
 * Counts, and tells of each session. One that is in the way of another, or that cannot be read without
 * keys, does not keep the others back.
 */
export class PlacingReport {
  readonly #context: CommandContext;
  readonly #skipMissing: boolean;
  #placed = 0;
  #unchanged = 0;
  #refused = 0;
  #unreadable = 0;

  /**
   * @param skipMissing - Whether a session that is not there is passed over without a word: nobody named
   * it, and it has come to its end since it was listed.
   */
  constructor(context: CommandContext, { skipMissing = false }: { skipMissing?: boolean } = {}) {
    this.#context = context;
    this.#skipMissing = skipMissing;
  }

  /**
   * Places one.
   *
   * @throws what the work throws, unless another session is there, or it cannot be decrypted.
   */
  async take(work: () => Promise<ImportResult>): Promise<void> {
    const { terminal, isJson } = this.#context;
    try {
      const result = await work();
      if (result.status === 'unchanged') this.#unchanged += 1;
      else this.#placed += 1;
      if (isJson) await terminal.json(result);
    } catch (error) {
      if (this.#skipMissing && hasCode(error, 'session_not_found')) return;
      if (hasCode(error, 'decryption_failed')) this.#unreadable += 1;
      else if (hasCode(error, 'session_exists')) this.#refused += 1;
      else throw error;
      terminal.note(harmlessLine((error as Error).message));
    }
  }

  /**
   * Sums up, and gives the exit code.
   *
   * @param done - What happened to them.
   */
  async end(done: string): Promise<number> {
    const { terminal, isJson } = this.#context;
    const failed = this.#refused + this.#unreadable;
    const refused = failed > 0 ? `, ${count(failed)} refused` : '';
    const text = `${count(this.#placed)} ${done}, ${count(this.#unchanged)} there before${refused}`;
    if (isJson) terminal.note(text);
    else await terminal.lines(text);
    if (this.#unreadable > 0) return EXIT.failed;
    return this.#refused > 0 ? EXIT.conflict : EXIT.done;
  }
}
