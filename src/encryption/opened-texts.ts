/**
 * Texts that were opened before: to open 1,000 again and again, each by a call of the runtime's cipher,
 * takes much longer than to read them.
 *
 * @module
 */
import type { Keyring } from './keyring.ts';
import type { Sealed } from './sealed-tag.ts';

/** Most characters of text and ciphertext that are kept for one keyring. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

interface Known {
  readonly iv: string;
  readonly data: string;
  readonly text: string;
}

/**
 * Remembers texts by all that they are bound to: what has changed in any way is not found.
 */
export class OpenedTexts {
  readonly #known = new Map<string, Known>();
  readonly #most: number;
  #characters = 0;

  /**
   * @param most - Most characters that are kept.
   */
  constructor(most: number = MOST_CHARACTERS) {
    this.#most = most;
  }

  /**
   * Gives a text, or undefined where it is not known.
   *
   * @param bound - What stands for its key, which the caller must have, and the additional data.
   */
  find(bound: string, { iv, data }: Sealed): string | undefined {
    const known = this.#known.get(bound);
    return known?.iv === iv && known.data === data ? known.text : undefined;
  }

  /** Keeps a text; what was kept first goes, where there is not enough room. */
  keep(bound: string, { iv, data }: Sealed, text: string): void {
    this.#forget(bound);
    this.#known.set(bound, { iv, data, text });
    this.#characters += sizeOf(bound, { data, text });
    for (const oldest of this.#known.keys()) {
      if (this.#characters <= this.#most) return;
      this.#forget(oldest);
    }
  }

  #forget(bound: string): void {
    const known = this.#known.get(bound);
    if (known === undefined) return;
    this.#known.delete(bound);
    this.#characters -= sizeOf(bound, known);
  }
}

function sizeOf(bound: string, { data, text }: Omit<Known, 'iv'>): number {
  return bound.length + data.length + text.length;
}

const byKeyring = new WeakMap<Keyring, OpenedTexts>();

/**
 * Gives what was opened with the keys of a keyring, by all sessions of this process that have it.
 */
export function openedWith(keyring: Keyring): OpenedTexts {
  const opened = byKeyring.get(keyring) ?? new OpenedTexts();
  byKeyring.set(keyring, opened);
  return opened;
}
