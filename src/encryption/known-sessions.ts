/**
 * What a store that encrypts has found out of its sessions: a read and a derivation less for each call.
 *
 * @module
 */
import type { SessionAddress, SessionStore } from '../store.ts';
import type { Keyring } from './keyring.ts';
import { Lives } from './lives.ts';
import { SessionKeys } from './session-keys.ts';

/** Most sessions that are remembered. */
const MOST = 1000;

/**
 * What is known of one session.
 */
export interface KnownSession {
  readonly keys: SessionKeys;
  readonly lives: Lives;
}

/**
 * Remembers sessions, those that were used last.
 */
export class KnownSessions {
  readonly #store: SessionStore;
  readonly #keyring: Keyring;
  readonly #known = new Map<string, KnownSession>();

  constructor(store: SessionStore, keyring: Keyring) {
    this.#store = store;
    this.#keyring = keyring;
  }

  /** Gives what is known of a session. */
  get({ key, sessionId }: SessionAddress): KnownSession {
    const known = this.#known.get(key) ?? {
      keys: new SessionKeys(this.#keyring, sessionId),
      lives: new Lives(this.#store),
    };
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest = key] = this.#known.keys();
    if (this.#known.size > MOST) this.#known.delete(oldest);
    return known;
  }
}
