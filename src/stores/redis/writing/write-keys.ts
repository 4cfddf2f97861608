/**
 * The keys that a write takes beside that of its session.
 *
 * @module
 */
import { type KeysBeside, keysBeside, type SessionName } from '../beside-session.ts';
import { projectionKey } from '../directory/projection-key.ts';
import { messagesKey } from '../search/message-keys.ts';
import { deletedLivesKey } from './trash.ts';

/**
 * What a script takes beside the key of its session.
 */
export interface BesideSession {
  /** Keys that the store's own options need. */
  readonly besides: readonly string[];
  /** As `kept-by-others.lua` takes it. */
  readonly others: string;
}

/**
 * Gives the keys that writes take, by what the store keeps beside sessions.
 */
export class WriteKeys {
  /** Whether writes keep what sessions are found by. */
  readonly isProjected: boolean;
  /** Whether what messages are found by is kept behind writes. */
  readonly isSearched: boolean;

  constructor({ isProjected, isSearched }: Pick<WriteKeys, 'isProjected' | 'isSearched'>) {
    this.isProjected = isProjected;
    this.isSearched = isSearched;
  }

  /** Those of a write that may create its session. */
  creating(session: SessionName, create: object | null): string[] {
    return this.of(session, create === null ? {} : { lives: deletedLivesKey(session) });
  }

  /** Those at which stores with other options keep something, as `kept-by-others.lua` takes them. */
  ofOthers(session: SessionName): string {
    return JSON.stringify({
      ...(!this.isSearched && { words: messagesKey(session) }),
      ...(!this.isProjected && { projection: projectionKey(session) }),
    });
  }

  with(session: SessionName, keys: Omit<KeysBeside, 'projection'> = {}): BesideSession {
    return { besides: this.of(session, keys), others: this.ofOthers(session) };
  }

  of(session: SessionName, keys: Omit<KeysBeside, 'projection'> = {}): string[] {
    const projection = this.isProjected ? { projection: projectionKey(session) } : {};
    return keysBeside(session, { ...keys, ...projection });
  }
}
