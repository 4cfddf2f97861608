/**
 * Saying that a session has grown large, before it gets in the way of others.
 *
 * @module
 */
import type { WriteResult } from '../../store.ts';
import type { ResolvedOptions } from '../opening/session-options.ts';

const CODE = 'AGENTS_JSON_SESSION_LARGE';

/**
 * Watches the size of one session, as its writes tell it.
 */
export class SizeWatch {
  readonly #options: Pick<ResolvedOptions, 'sessionId' | 'maxSessionBytes'>;
  #hasWarned = false;

  constructor(options: Pick<ResolvedOptions, 'sessionId' | 'maxSessionBytes'>) {
    this.#options = options;
  }

  /**
   * Takes note of a write, and warns the first time that the session is too large after one.
   */
  note({ bytes = 0 }: WriteResult): void {
    const { sessionId, maxSessionBytes } = this.#options;
    if (this.#hasWarned || bytes <= maxSessionBytes) return;
    this.#hasWarned = true;
    const message = `The messages of session ${sessionId} take about ${bytes} bytes, more than maxSessionBytes (${maxSessionBytes})`;
    // Not in every runtime; nothing is written to a console here.
    globalThis.process?.emitWarning?.(message, { type: 'LargeSessionWarning', code: CODE });
  }
}
