/**
 * What callers say of the messages that they look for.
 *
 * @module
 */
import { checkSignal } from '../deadline.ts';
import type { SearchParams } from '../directory-store.ts';
import type { MessageRole } from '../document/document.ts';
import { InvalidInputError } from '../errors.ts';
import { searchedWords } from '../search/words.ts';
import type { CallOptions } from '../session/call-options.ts';
import {
  checkArguments,
  checkBoolean,
  checkDate,
  checkId,
  checkInteger,
  checkName,
  checkRole,
  checkText,
} from '../session/input-validation.ts';

const USUAL_LIMIT = 20;
const MOST_LIMIT = 200;
const LONGEST_TEXT = 1000;
const MOST_SEARCHED = 32;
const USUALLY_SCANNED = 10_000;
const MOST_SCANNED = 10_000_000;

/**
 * Options of `SessionDirectory.search`.
 */
export interface SearchOptions extends CallOptions {
  /** The owner of the session. */
  userId?: string | undefined;
  role?: MessageRole | undefined;
  /** The agent that the message came from. */
  agent?: string | undefined;
  /** Stored then or later. */
  since?: Date | undefined;
  /**
   * The most messages, up to 200.
   *
   * @defaultValue 20
   */
  limit?: number | undefined;
  /**
   * Whether the messages of the sessions of `userId` are read and looked at one by one, where nothing is
   * kept that they are found by.
   *
   * @defaultValue `false`
   */
  scan?: boolean | undefined;
  /**
   * The most messages that are looked at one by one, those of sessions that were written last first.
   *
   * @defaultValue 10000
   */
  scanLimit?: number | undefined;
}

/**
 * A search as it was checked.
 */
export interface CheckedSearch extends Omit<SearchParams, 'keyPrefix' | 'timeoutMs' | 'signal'> {
  readonly scan: boolean;
  readonly scanLimit: number;
}

/**
 * Checks a search.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming what is wrong.
 */
export function checkSearch(text: unknown, options: SearchOptions): CheckedSearch {
  const words = checkWords(text);
  const { userId, role, agent, since, limit, scan, scanLimit, signal } = checkArguments(
    options,
    'options',
  );
  checkSignal(signal);
  const isScan = checkBoolean(scan ?? false, 'scan');
  if (isScan && userId === undefined) {
    throw new InvalidInputError('userId', 'must be given with scan');
  }
  return {
    words,
    userId: userId === undefined ? undefined : checkId(userId, 'userId'),
    role: role === undefined ? undefined : checkRole(role, 'role'),
    agent: agent === undefined ? undefined : checkName(agent, 'agent'),
    since: since === undefined ? undefined : checkDate(since, 'since') / 1000,
    limit: checkInteger(limit ?? USUAL_LIMIT, 'limit', 1, MOST_LIMIT),
    scan: isScan,
    scanLimit: checkInteger(scanLimit ?? USUALLY_SCANNED, 'scanLimit', 1, MOST_SCANNED),
  };
}

function checkWords(value: unknown): ReadonlySet<string> {
  const text = checkText(value, 'text', 'replace');
  if (text.length > LONGEST_TEXT) {
    throw new InvalidInputError('text', `must not be longer than ${LONGEST_TEXT} characters`);
  }
  const words = searchedWords(text);
  if (words.size === 0) throw new InvalidInputError('text', 'must have a letter or a digit');
  if (words.size > MOST_SEARCHED) {
    throw new InvalidInputError('text', `must not have more than ${MOST_SEARCHED} words`);
  }
  return words;
}
