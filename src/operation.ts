/**
 * Writes that have a name, so that a repeat is recognised.
 *
 * @module
 */

/**
 * What a caller calls an operation, so that a repeat of it, by any process, is applied once.
 */
export interface Operation {
  /** Digest of the caller's id, in hexadecimal. */
  readonly id: string;
  /** Digest of what the operation does, in hexadecimal. */
  readonly digest: string;
  /**
   * Whether the digest is nothing but ids of entries, and tells nothing of what they say: those are
   * read back. Default: false.
   */
  readonly namesEntries?: true;
}

/**
 * What is known of an operation that was applied.
 */
export interface AppliedOperation {
  /**
   * Digest of what it did, as {@link Operation.digest} told it; in an encrypted session only where that
   * names entries.
   */
  readonly digest: string;
  /** When it was applied, in Unix seconds. */
  readonly time: number;
}
