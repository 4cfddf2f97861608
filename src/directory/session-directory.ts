/**
 * Finding sessions, over any store that can.
 *
 * @module
 */
import { checkSignal, checkTimeout, type Deadline } from '../deadline.ts';
import type {
  DirectoryStore,
  FilterParams,
  ProjectionReport,
  SessionFilter,
} from '../directory-store.ts';
import { UnsupportedError } from '../errors.ts';
import { callDeadline, type CallOptions } from '../session/call-options.ts';
import {
  checkArguments,
  checkBoolean,
  checkId,
  checkInteger,
  checkProgressListener,
} from '../session/input-validation.ts';
import {
  checkPrefix,
  type JSONSessionOptions,
  resolvePlace,
} from '../session/opening/session-options.ts';
import { StoreShare } from '../session/opening/store-share.ts';
import type { SessionStore } from '../store.ts';
import { type DeleteUserOptions, type DeletionReport, UserDeletion } from './delete-user.ts';
import {
  checkListOptions,
  checkQuery,
  type ListOptions,
  type QueryOptions,
} from './query-options.ts';
import { checkSearch, type SearchOptions } from './search-options.ts';
import { type SearchResults, toSearchResults } from './search-results.ts';
import { SearchScan } from './search-scan.ts';
import { toWalkedSession, type WalkedSession } from './listed-session.ts';
import { type SessionList, toSessionList } from './session-list.ts';
import { type DirectoryStatistics, type StatisticsOptions, StatisticsSum } from './statistics.ts';

/**
 * Options of {@link SessionDirectory}: as those of a session.
 */
export type SessionDirectoryOptions = Pick<
  JSONSessionOptions,
  'url' | 'store' | 'keyPrefix' | 'timeoutMs' | 'signal' | 'lingerMs'
>;

/**
 * Options of {@link SessionDirectory.checkProjection}.
 */
export interface ProjectionOptions extends CallOptions {
  /**
   * Whether what differs is made anew.
   *
   * @defaultValue `false`
   */
  repair?: boolean | undefined;
}

/** A store that finds sessions, and what a call of it takes. */
interface OpenDirectory {
  readonly store: SessionStore;
  readonly directory: DirectoryStore;
}

/**
 * Finds sessions and messages: lists, counts, sums up and searches, and deletes all of a person.
 *
 * Nothing of it is needed to use sessions, and it sees those of other programs, too. Whoever may call
 * it sees everybody's sessions: hand `userId` over where that must not be.
 *
 * @example
 * ```ts
 * import { SessionDirectory } from 'agents-json-session/directory';
 *
 * await using directory = new SessionDirectory({ url: 'redis://localhost:6379' });
 * let cursor: string | null | undefined;
 * while (cursor !== null) {
 *   const page = await directory.list({ userId: 'ada', ...(cursor && { cursor }) });
 *   for (const { sessionId, updatedAt } of page.sessions) console.log(sessionId, updatedAt);
 *   cursor = page.cursor;
 * }
 * ```
 */
export class SessionDirectory {
  readonly #share: StoreShare;
  readonly #keyPrefix: string;
  readonly #limits: { timeoutMs: number; signal: AbortSignal | undefined };

  /**
   * Makes no connection; the first call does.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
   */
  constructor(options: SessionDirectoryOptions = {}) {
    const {
      keyPrefix = 'session:',
      timeoutMs,
      signal,
      lingerMs = 30_000,
      store,
    } = checkArguments(options, 'options');
    const place = resolvePlace(options);
    this.#keyPrefix = checkPrefix(keyPrefix);
    this.#limits = {
      timeoutMs: checkTimeout(timeoutMs ?? store?.timeoutMs),
      signal: checkSignal(signal),
    };
    const linger = checkInteger(lingerMs, 'lingerMs', 0, 2 ** 31 - 1);
    this.#share = new StoreShare({ ...place, lingerMs: linger }, 'directory');
  }

  /**
   * Gives a page of sessions, those that were written last first.
   *
   * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong;
   * `UnsupportedError` (`unsupported`) when the store cannot find sessions; `StoreUnavailableError`
   * (`store_unavailable`), `CallAbortedError` (`aborted`), `StoreClosedError` (`store_closed`).
   */
  async list(options: ListOptions = {}): Promise<SessionList> {
    return this.#list('list', options);
  }

  /**
   * Gives a page of the sessions that were forked off a session, whether that one is still there or not.
   * Forks of its forks have another parent.
   *
   * @param sessionId - Id of the parent.
   * @throws as {@link SessionDirectory.list}.
   */
  async listForks(
    sessionId: string,
    options: Omit<ListOptions, 'parentId'> = {},
  ): Promise<SessionList> {
    const parentId = checkId(sessionId, 'sessionId');
    return this.#list('listForks', { ...checkArguments(options, 'options'), parentId });
  }

  /**
   * Counts sessions.
   *
   * @throws as {@link SessionDirectory.list}.
   */
  async count(options: QueryOptions = {}): Promise<number> {
    const query = checkQuery(options);
    const deadline = this.#deadline(options);
    const { directory } = await this.#open('count', deadline);
    return directory.count({ ...query, ...this.#params(deadline) });
  }

  /**
   * Sums up sessions, messages and tokens: in all, by user, by agent and by day. It reads the head of
   * every session, some hundreds at a time.
   *
   * @throws as {@link SessionDirectory.list}.
   */
  async stats(options: StatisticsOptions = {}): Promise<DirectoryStatistics> {
    const query = checkQuery(options);
    const onProgress = checkProgressListener(options.onProgress);
    const { directory } = await this.#open('stats', this.#deadline(options));
    const sum = new StatisticsSum();
    let count = 0;
    for await (const sessions of directory.walk(this.#steps(query, options))) {
      for (const session of sessions) sum.add(session);
      count += sessions.length;
      onProgress(count);
    }
    return sum.sums;
  }

  /**
   * Gives every session that is there from the beginning to the end once, in no order: what a job goes
   * by that does something with each. Some hundreds are read at a time.
   *
   * @yields a session as a list has it, without when it ends.
   * @throws as {@link SessionDirectory.list}.
   */
  async *walk(options: StatisticsOptions = {}): AsyncGenerator<WalkedSession> {
    const query = checkQuery(options);
    const { directory } = await this.#open('walk', this.#deadline(options));
    for await (const sessions of directory.walk(this.#steps(query, options))) {
      for (const session of sessions) yield toWalkedSession(session);
    }
  }

  /**
   * Finds messages that have all words of a text, the newest first. Neither the case of letters, nor
   * accents, nor signs count, and no character of the text means anything else; in scripts without spaces
   * between words every two characters that follow each other are one. Of a message the first 2000 different words count.
   *
   * On Redis messages are found by what writes keep with the option `search`; without it, or where the
   * server has no search, those of one user are read and looked at one by one with `scan`.
   * Encrypted messages are not found; a store that encrypts refuses to search, but for `scan`.
   *
   * @param text - Up to 1000 characters and 32 words.
   * @throws as {@link SessionDirectory.list}; `UnsupportedError` (`unsupported`) where messages are found
   * by nothing, and there is no `scan`.
   *
   * @example
   * ```ts
   * import { SessionDirectory } from 'agents-json-session/directory';
   *
   * await using directory = new SessionDirectory({ url: 'sqlite:conversations.db' });
   * const { messages } = await directory.search('refund order', { userId: 'ada', role: 'user' });
   * for (const { sessionId, snippet } of messages) {
   *   const marked = snippet.map(({ text, isMatch }) => (isMatch ? `[${text}]` : text));
   *   console.log(sessionId, marked.join(''));
   * }
   * ```
   */
  async search(text: string, options: SearchOptions = {}): Promise<SearchResults> {
    const search = checkSearch(text, options);
    const deadline = this.#deadline(options);
    const { store, directory } = await this.#open('search', deadline);
    const { scan, scanLimit: _, ...params } = search;
    if (!scan) {
      if (directory.search === undefined) throw notSearchable();
      const indexed = await directory.search({ ...params, ...this.#params(deadline) });
      if (indexed !== null) return toSearchResults(indexed, true, search.words);
    }
    const scanning = new SearchScan(store, directory, search);
    const { found, isAll } = await scanning.run(() => this.#params(deadline));
    return toSearchResults(found, isAll, search.words);
  }

  /**
   * Deletes all sessions of a person that are there when it begins, also those of other programs. A
   * session that cannot be deleted, for example as it is locked, is in the report, and the others are
   * deleted all the same. What is created meanwhile can stay: keep the person out before, or call it
   * again. What stays in logs, replicas and backups: docs/security.md.
   *
   * @throws as {@link SessionDirectory.list}; what was deleted by then stays deleted, and another call
   * goes on.
   */
  async deleteUser(userId: string, options: DeleteUserOptions = {}): Promise<DeletionReport> {
    checkId(userId, 'userId');
    const isDryRun = checkBoolean(checkArguments(options, 'options').dryRun ?? false, 'dryRun');
    const onProgress = checkProgressListener(options.onProgress);
    const { store, directory } = await this.#open('deleteUser', this.#deadline(options));
    const deletion = new UserDeletion(store, () => this.#deadline(options));
    for await (const sessions of directory.walk(this.#steps({ userId }, options))) {
      await deletion.take(sessions, isDryRun);
      onProgress(deletion.report.found);
    }
    return deletion.report;
  }

  /**
   * Compares what sessions and messages are found by, where that is kept beside sessions, with these: on
   * Redis with the options `directory` and `search`. With `repair` it makes anew what differs: once after
   * it was switched on, and after programs that do not keep it have written.
   *
   * @throws as {@link SessionDirectory.list}; `UnsupportedError` (`unsupported`) where sessions are found
   * by nothing but themselves.
   */
  async checkProjection(options: ProjectionOptions = {}): Promise<ProjectionReport> {
    const repair = checkBoolean(checkArguments(options, 'options').repair ?? false, 'repair');
    const { directory } = await this.#open('checkProjection', this.#deadline(options));
    if (directory.checkProjection === undefined) {
      const advice =
        'it keeps nothing beside sessions, see the options directory and search of RedisStore';
      throw new UnsupportedError('checkProjection', advice);
    }
    return directory.checkProjection({ ...this.#steps({}, options), repair });
  }

  /**
   * Gives the connection back. A `store` that was passed in stays open.
   */
  async close(): Promise<void> {
    await this.#share.release();
  }

  /** As {@link SessionDirectory.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #list(method: string, options: ListOptions): Promise<SessionList> {
    const query = checkListOptions(options);
    const deadline = this.#deadline(options);
    const { directory } = await this.#open(method, deadline);
    const params = { ...query, ...this.#params(deadline) };
    return toSessionList(await directory.list(params), params);
  }

  #deadline(options: CallOptions): Deadline {
    this.#share.checkOpen();
    return callDeadline(options, this.#limits, null);
  }

  #params(deadline: Deadline): Pick<FilterParams, 'keyPrefix' | 'timeoutMs' | 'signal'> {
    const { remaining, signal } = deadline;
    return { keyPrefix: this.#keyPrefix, timeoutMs: Math.max(1, Math.ceil(remaining)), signal };
  }

  /** What a walk takes, of which each step has the time of a call. */
  #steps(filter: SessionFilter, options: CallOptions): FilterParams {
    return { ...filter, ...this.#params(this.#deadline(options)) };
  }

  async #open(method: string, deadline: Deadline): Promise<OpenDirectory> {
    const store = await this.#share.store(deadline);
    const { directory } = store;
    if (directory !== undefined) return { store, directory };
    throw new UnsupportedError(method, 'use a RedisStore or a SqliteStore');
  }
}

function notSearchable(): UnsupportedError {
  const redis =
    'give RedisStore the option search, or its URL ?search=true, and call checkProjection';
  return new UnsupportedError(
    'search',
    `${redis}({ repair: true }); or name a userId and set scan`,
  );
}
