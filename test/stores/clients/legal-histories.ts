/**
 * The histories that a single writer has made, in order, to tell whether a read saw one of them.
 *
 * @module
 */
import { createHash } from 'node:crypto';

/** An entry as these tests write it: the role is what filters look for. */
export interface PlainEntry {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** Of a tool's call, whose text is `name(arguments)`. */
  readonly callId?: string;
}

/** What a read of a history makes of it, as one text to compare. */
export type View = (history: readonly PlainEntry[]) => string;

/** A view that shows all texts in order. */
export function digest(texts: readonly string[]): string {
  return createHash('sha1').update(texts.join('\n')).digest('hex');
}

/**
 * Records each history before it is written, since a read may see it before the writer is told.
 */
export class LegalHistories {
  readonly #views: readonly View[];
  readonly #states: string[][] = [];
  #history: PlainEntry[] = [];
  #acknowledged = 0;

  constructor(views: readonly View[]) {
    this.#views = views;
    this.#record();
  }

  get length(): number {
    return this.#history.length;
  }

  /** The newest entries of the history, oldest first. */
  newest(count: number): PlainEntry[] {
    return this.#history.slice(-count);
  }

  /** Makes a change: records what it will lead to, and that it was done once `write` is done. */
  async change(
    next: (history: PlainEntry[]) => PlainEntry[],
    write: () => Promise<unknown>,
  ): Promise<void> {
    this.#history = next(this.#history);
    this.#record();
    await write();
    this.#acknowledged = this.#states.length - 1;
  }

  /** Begins a read; what it gives is called with what the read saw through a view. */
  beginRead(view: number): (seen: string) => boolean {
    const earliest = this.#acknowledged;
    return (seen) => this.#states.slice(earliest).some((state) => state[view] === seen);
  }

  #record(): void {
    this.#states.push(this.#views.map((view) => view(this.#history)));
  }
}
