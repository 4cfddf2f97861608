/**
 * Options of the Redis store.
 *
 * @module
 */
import { checkTimeout } from '../../deadline.ts';
import { checkDurability, type Durability } from '../../durability.ts';
import { InvalidInputError } from '../../errors.ts';
import { checkBoolean } from '../../session/input-validation.ts';

const DEFAULT_CACHE_BYTES = 8 * 1024 * 1024;

/**
 * Options of `RedisStore`.
 */
export interface RedisStoreOptions {
  /**
   * Milliseconds that one call may take in all, retries included.
   *
   * @defaultValue 5000
   */
  timeoutMs?: number;
  /**
   * What a write must survive before its call succeeds. Other than `'acknowledged'`, each write and its
   * `WAIT` or `WAITAOF` take one of up to 16 connections to the master that the store makes beside the
   * client's, with the options of the client, and keeps from holding the process alive.
   *
   * @defaultValue `'acknowledged'`
   */
  durability?: Durability;
  /**
   * Bytes of JSON text of histories that the store keeps in memory: a history that this process has
   * read before is read on from there, and only what is new is fetched. What was not read for the
   * longest time goes first; 0 keeps nothing. In memory it takes about three times as much.
   *
   * @defaultValue 8388608 (8 MiB)
   */
  historyCacheBytes?: number;
  /**
   * Whether writes keep what `SessionDirectory` finds sessions by: a small hash beside each session,
   * with an index of the server's search over them. All who write must have it. Without search, or in a
   * cluster whose search looks at one node only, sessions are scanned all the same.
   *
   * @defaultValue `false`
   */
  directory?: boolean | undefined;
  /**
   * Whether writes keep what `SessionDirectory.search` finds messages by: a small hash beside the session
   * for each message, with its words, and an index of the server's search over them. All who write should
   * have it.
   *
   * @defaultValue `false`
   */
  search?: boolean | undefined;
}

/**
 * Options as they were checked.
 */
export interface CheckedOptions {
  readonly timeoutMs: number;
  readonly durability: Durability;
  readonly cacheBytes: number;
  /** Whether writes keep what sessions are found by. */
  readonly isProjected: boolean;
  /** Whether writes keep what messages are found by. */
  readonly isSearched: boolean;
}

/**
 * Checks options.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export function checkOptions(options: RedisStoreOptions): CheckedOptions {
  const { timeoutMs, durability, historyCacheBytes, directory, search } = options;
  return {
    timeoutMs: checkTimeout(timeoutMs),
    durability: checkDurability(durability),
    cacheBytes: checkCacheBytes(historyCacheBytes),
    isProjected: checkBoolean(directory ?? false, 'directory'),
    isSearched: checkBoolean(search ?? false, 'search'),
  };
}

function checkCacheBytes(bytes: number = DEFAULT_CACHE_BYTES): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new InvalidInputError('historyCacheBytes', 'must be a whole number of bytes, 0 or more');
}
