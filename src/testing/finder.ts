/**
 * How cases about searching search.
 *
 * @module
 */
import assert from 'node:assert/strict';

import type { SearchOptions } from '../directory/search-options.ts';
import type { FoundMessage } from '../directory/search-results.ts';
import { SessionDirectory } from '../directory/session-directory.ts';
import { hasCode } from '../errors.ts';
import type { JSONSession } from '../session/session.ts';
import type { SessionStore } from '../store.ts';
import type { CaseScope } from './case-scope.ts';
import { whereSupported } from './directory-cases.ts';
import type { CaseTable } from './topic.ts';

/** What is searched. */
interface SearchedPlace {
  readonly keyPrefix: string;
  readonly store: SessionStore;
}

/**
 * Searches as the store of a case can.
 */
export class Finder {
  readonly directory: SessionDirectory;

  constructor(
    scope: CaseScope,
    { keyPrefix = scope.keyPrefix, store = scope.store }: Partial<SearchedPlace> = {},
  ) {
    this.directory = new SessionDirectory({ store, keyPrefix });
  }

  /** Of Ada's sessions, unless it says another user. */
  async messages(text: string, options: SearchOptions = {}): Promise<FoundMessage[]> {
    const given = { userId: 'ada', scan: await this.#mustScan(), ...options };
    const { messages, isComplete } = await this.directory.search(text, given);
    assert.equal(isComplete, true);
    return messages;
  }

  /** A store that keeps nothing to find messages by, or encrypts them, says so. */
  async #mustScan(): Promise<boolean> {
    try {
      await this.directory.search('probe', { userId: 'ada' });
      return false;
    } catch (error) {
      if (hasCode(error, 'unsupported')) return true;
      throw error;
    }
  }

  /** Where messages are found: session and place. */
  async places(text: string, options: SearchOptions = {}): Promise<string[]> {
    const messages = await this.messages(text, options);
    return messages.map(({ sessionId, index }) => `${sessionId} ${index}`);
  }
}

/**
 * A case over a search.
 */
export type SearchCase = (scope: CaseScope, finder: Finder) => Promise<void>;

/**
 * Makes cases over searches in their store.
 */
export function searchCases(cases: Readonly<Record<string, SearchCase>>): CaseTable {
  return whereSupported(cases, (scope) => new Finder(scope), {
    search: ({ directory }) => directory.search('hello'),
  });
}

/**
 * Gives a session of Ada.
 */
export function ofAda(scope: CaseScope, sessionId = 'chat'): JSONSession {
  return scope.session({ sessionId, userId: 'ada' });
}
