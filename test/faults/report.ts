/**
 * One line for each row of the fault matrix: what was tried, how often, and what came of it.
 *
 * @module
 */
import type { Attempt } from './oracle.ts';

/**
 * A row that is under way.
 */
export class Row {
  readonly #what: string;
  readonly #start = performance.now();

  /**
   * @param what - What is tried, and through which client.
   */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * Prints the row.
   *
   * @param found - What came of it, where it is not said by attempts.
   */
  print(attempts: readonly Attempt[], found = ''): void {
    const counts = new Map<string, number>();
    for (const { outcome, code } of attempts) {
      const name = outcome === 'rejected' ? `${outcome} (${code})` : outcome;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const outcomes = [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(1);
    const parts = [
      this.#what,
      ...(attempts.length > 0 ? [`${attempts.length} writes: ${outcomes}`] : []),
      ...(found === '' ? [] : [found]),
      `${seconds} s`,
    ];
    console.log(`faults | ${parts.join(' | ')}`);
  }
}
