/**
 * A link for the browser of whoever started the inspector, which leads to the page with the token.
 *
 * Browsers are opened by a command, and everybody on a machine can see the arguments of commands. So
 * they get this link, which works once and for a short time.
 *
 * @module
 */
import { isSameSecret, newToken } from '../security/access-token.ts';

const LIFETIME_MS = 60_000;

/**
 * A link that leads to the page once.
 */
export class OpeningLink {
  readonly #target: string;
  readonly #until = performance.now() + LIFETIME_MS;
  #code: string | null = newToken();

  /**
   * @param target - Where it leads, with the token.
   */
  constructor(target: string) {
    this.#target = target;
  }

  /** Its path. */
  get path(): string {
    return `/open/${this.#code ?? ''}`;
  }

  /** Gives where it leads, or null where the code is not that of the link, or not any more. */
  follow(code: string): string | null {
    if (this.#code === null || performance.now() > this.#until) return null;
    if (!isSameSecret(code, this.#code)) return null;
    this.#code = null;
    return this.#target;
  }
}
