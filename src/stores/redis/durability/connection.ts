/**
 * Connections of a store's own, for the writes that are waited for.
 *
 * @module
 */
import type { KeyWatch } from '../clients/watching.ts';

/**
 * One connection to one server, which carries the commands of one write at a time.
 *
 * It never connects again: a server answers `WAIT` for the writes of the same connection, and for a new
 * one without writes it says at once that all of them are replicated.
 */
export interface RedisConnection {
  /** Gives the reply, or fails with the server's error or that of the connection. */
  send(args: readonly string[]): Promise<unknown>;
  /** Whether it has been connected without a break. */
  readonly isOpen: boolean;
  /** Ends it; what still waits for an answer fails. */
  close(): void;
}

/**
 * The master that has a key.
 */
export interface RedisMaster {
  /** The same for all keys of the server, for as long as it is this server. */
  readonly name: string;
  /** Makes a new connection to it, or fails after this many milliseconds. */
  connect(timeoutMs: number): Promise<RedisConnection>;
  /** Watches a key through a new connection, and gives what stops it; left out where clients cannot. */
  watch?(watch: KeyWatch, timeoutMs: number): Promise<() => void>;
}

/** Why a command was not sent. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
  /** The name of the failure underneath. */
  readonly code: string;

  constructor(code: string) {
    super(`Not sent (${code})`);
    this.code = code;
  }
}
