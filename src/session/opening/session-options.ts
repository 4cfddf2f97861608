/**
 * Options of a session and what they are when left out.
 *
 * @module
 */
import { InvalidInputError } from '../../errors.ts';
import { checkDurability, type Durability } from '../../durability.ts';
import { checkSignal, checkTimeout } from '../../deadline.ts';
import {
  checkArguments,
  checkBoolean,
  checkChoice,
  checkId,
  checkInteger,
  checkTtl,
} from '../input-validation.ts';
import {
  checkEncryption,
  type Encryption,
  type EncryptionOptions,
  type Keyring,
} from '../../encryption/keyring.ts';
import {
  DEFAULT_ITEM_CODEC_OPTIONS,
  type ItemCodecOptions,
  type OversizedItem,
} from '../../items/item-codec.ts';
import type { SessionStore } from '../../store.ts';

/**
 * Options of `JSONSession`.
 */
export interface JSONSessionOptions {
  /**
   * Identifies the session in its store: up to 512 bytes of any text without NUL.
   *
   * @defaultValue a random UUID
   */
  sessionId?: string | undefined;
  /**
   * The owner of the session. When given, a session of another owner is as good as not there.
   *
   * @defaultValue `'anonymous'` for a session that is created; any owner for one that is there
   */
  userId?: string | undefined;
  /**
   * Where the session is kept: `redis://…`, `rediss://…`, `sqlite:<path>` or `sqlite::memory:`.
   * Sessions with the same URL share one connection.
   *
   * @defaultValue the environment variable `REDIS_URL`, else the SQLite file
   * `.json-session/sessions.db` in the working directory (refused where `NODE_ENV` is `production`)
   */
  url?: string | undefined;
  /** An opened store, instead of `url`. The session never closes it. */
  store?: SessionStore | undefined;
  /**
   * What a write must survive before its call succeeds: `'replicated'` the failure of a Redis master,
   * `'fsync'` a power failure; else it fails with `NotDurableError`. A `store` has its own.
   *
   * @defaultValue `'acknowledged'`: what the store survives as it is set up
   */
  durability?: Durability | undefined;
  /**
   * Seconds that the session is kept after its last write. Kept in the document and refreshed by every
   * write of any process; given for a session that is there already, it changes the document's.
   *
   * @defaultValue kept until it is deleted
   */
  ttl?: number | undefined;
  /**
   * What the key of a session begins with.
   *
   * @defaultValue `'session:'`, as the Python class has it
   */
  keyPrefix?: string | undefined;
  /**
   * What happens when the session that this handle has used is gone: an error, or a new session.
   *
   * @defaultValue `'error'`
   */
  onExpired?: 'error' | 'restart' | undefined;
  /**
   * Whether reads start the time to live again, as writes do.
   *
   * @defaultValue `false`
   */
  refreshTtlOnRead?: boolean | undefined;
  /**
   * Milliseconds that one call may take in all, waiting and retries included.
   *
   * @defaultValue that of the `store`, or 5000
   */
  timeoutMs?: number | undefined;
  /**
   * Ends all calls of this handle: with `CallAbortedError`, or `OutcomeUnknownError` where a write was
   * sent and not answered yet.
   *
   * @defaultValue none
   */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds that a connection opened by URL stays open after the last session on it was closed.
   *
   * @defaultValue 30000
   */
  lingerMs?: number | undefined;
  /**
   * Largest item that is stored, as JSON text in bytes of UTF-8.
   *
   * @defaultValue 33554432 (32 MiB)
   */
  maxItemBytes?: number | undefined;
  /**
   * Bytes of JSON that the messages of a session may take before it is said to be large: a warning of
   * the process (`process.on('warning')`) with the code `AGENTS_JSON_SESSION_LARGE`, once for each handle,
   * when it writes. Nothing is refused.
   *
   * @defaultValue no warning
   */
  maxSessionBytes?: number | undefined;
  /**
   * What becomes of a larger item: an `ItemTooLargeError`, notes in the place of its largest parts, or
   * whatever item a function makes of it.
   *
   * @defaultValue `'error'`
   */
  oversizedItem?: OversizedItem | undefined;
  /**
   * Whether text with half of a surrogate pair (an emoji cut in two) is repaired with U+FFFD or refused.
   *
   * @defaultValue `'replace'`
   */
  loneSurrogates?: 'replace' | 'reject' | undefined;
  /**
   * Encrypts what is said, and the handoff context, before it goes to the store: with the keys of a
   * keyring, see `createKeyring` of `agents-json-session/encryption`. Roles, times, agents, tokens and attributes stay readable. What is not
   * encrypted, or not as it was written, is refused with `DecryptionError`.
   *
   * @defaultValue not encrypted
   */
  encryption?: Keyring | EncryptionOptions | undefined;
}

/**
 * Options after they were checked, with nothing left out.
 */
export interface ResolvedOptions {
  /** As they were given. */
  readonly given: JSONSessionOptions;
  readonly sessionId: string;
  readonly userId: string | null;
  readonly url: string | undefined;
  readonly store: SessionStore | null;
  readonly durability: Durability;
  readonly ttl: number | null;
  readonly keyPrefix: string;
  readonly onExpired: 'error' | 'restart';
  readonly refreshTtlOnRead: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly lingerMs: number;
  readonly maxSessionBytes: number;
  readonly codec: ItemCodecOptions;
  readonly encryption: Encryption | null;
}

const storeIds = new WeakMap<SessionStore, string>();

/**
 * Names the session of a handle: two handles with equal names are of one session, in one store.
 */
export function placeOf({
  store,
  url,
  keyPrefix,
  sessionId,
}: Pick<ResolvedOptions, 'sessionId' | 'keyPrefix' | 'url' | 'store'>): string {
  const id = store === null ? undefined : (storeIds.get(store) ?? crypto.randomUUID());
  if (store !== null && id !== undefined) storeIds.set(store, id);
  return JSON.stringify([id ?? url ?? '', keyPrefix + sessionId]);
}

/**
 * Checks options and fills in what was left out.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) naming the option that is wrong.
 */
export function resolveOptions(options: JSONSessionOptions): ResolvedOptions {
  checkArguments(options, 'options');
  const { sessionId, userId, ttl, keyPrefix, timeoutMs, lingerMs, store } = options;
  return {
    given: options,
    ...resolvePlace(options),
    sessionId: sessionId === undefined ? crypto.randomUUID() : checkId(sessionId, 'sessionId'),
    userId: userId === undefined ? null : checkId(userId, 'userId'),
    ttl: ttl === undefined ? null : checkTtl(ttl),
    keyPrefix: checkPrefix(keyPrefix ?? 'session:'),
    onExpired: checkChoice(options.onExpired ?? 'error', 'onExpired', ['error', 'restart']),
    refreshTtlOnRead: checkBoolean(options.refreshTtlOnRead ?? false, 'refreshTtlOnRead'),
    timeoutMs: checkTimeout(timeoutMs ?? store?.timeoutMs),
    signal: checkSignal(options.signal),
    lingerMs: checkInteger(lingerMs ?? 30_000, 'lingerMs', 0, 2 ** 31 - 1),
    maxSessionBytes: checkInteger(
      options.maxSessionBytes ?? Number.MAX_SAFE_INTEGER,
      'maxSessionBytes',
      1,
      Number.MAX_SAFE_INTEGER,
    ),
    codec: resolveCodecOptions(options),
    encryption: options.encryption === undefined ? null : checkEncryption(options.encryption),
  };
}

/**
 * Checks what the keys of sessions begin with. Keys beside sessions begin otherwise, see
 * `stores/redis/beside-session.ts`.
 *
 * @throws {@link InvalidInputError} (`invalid_input`).
 */
export function checkPrefix(keyPrefix: string): string {
  checkId(keyPrefix, 'keyPrefix');
  if (!/^(?:trash|projection|search):/iu.test(keyPrefix)) return keyPrefix;
  throw new InvalidInputError('keyPrefix', 'must not begin with trash:, projection: or search:');
}

/**
 * Checks where sessions are kept.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) naming the option that is wrong.
 */
export function resolvePlace({
  url,
  store,
  durability,
}: JSONSessionOptions): Pick<ResolvedOptions, 'url' | 'store' | 'durability'> {
  if (url !== undefined && store !== undefined) {
    throw new InvalidInputError('store', 'cannot be given together with url');
  }
  if (store !== undefined && typeof store?.append !== 'function') {
    throw new InvalidInputError('store', 'must be a store');
  }
  if (url !== undefined && typeof url !== 'string') {
    throw new InvalidInputError('url', 'must be a string');
  }
  if (durability !== undefined && store !== undefined) {
    throw new InvalidInputError(
      'durability',
      'cannot be given together with store, which has its own',
    );
  }
  return { url, store: store ?? null, durability: checkDurability(durability) };
}

function resolveCodecOptions(options: JSONSessionOptions): ItemCodecOptions {
  const defaults = DEFAULT_ITEM_CODEC_OPTIONS;
  const { maxItemBytes = defaults.maxItemBytes, oversizedItem = defaults.oversizedItem } = options;
  return {
    maxItemBytes: checkInteger(maxItemBytes, 'maxItemBytes', 1, Number.MAX_SAFE_INTEGER),
    oversizedItem:
      typeof oversizedItem === 'function'
        ? oversizedItem
        : checkChoice(oversizedItem, 'oversizedItem', ['error', 'placeholder'] as const),
    loneSurrogates: checkChoice(
      options.loneSurrogates ?? defaults.loneSurrogates,
      'loneSurrogates',
      ['replace', 'reject'],
    ),
  };
}
