/**
 * Finds sessions in Redis.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { type CollectedPage, PageCollector } from '../../../directory/page-collector.ts';
import { matchesFilter } from '../../../directory/session-filter.ts';
import type {
  DirectoryParams,
  DirectoryStore,
  FilterParams,
  FoundEntry,
  ListedSummary,
  ListParams,
  ProjectionParams,
  ProjectionReport,
  SearchParams,
  SessionSummary,
  SummaryPage,
} from '../../../directory-store.ts';
import type { RedisClientLike } from '../clients/client.ts';
import type { RedisCommander } from '../clients/commander.ts';
import type { KeptBeside } from '../search/kept-beside.ts';
import { MessageIndex } from '../search/message-index.ts';
import type { MessageProjection } from '../search/message-projection.ts';
import { indexedPage } from './indexed-list.ts';
import { ProjectionCheck } from './projection-check.ts';
import { attributeDigests } from './projection-key.ts';
import { SessionIndex } from './session-index.ts';
import { SessionProjection } from './session-projection.ts';
import { SessionScan } from './session-scan.ts';

/** Of prefixes, whether their index is ready. */
const INDEXES_REMEMBERED = 1000;

/**
 * What the directory needs of its store.
 */
export interface DirectoryAccess {
  readonly client: RedisClientLike;
  readonly commander: RedisCommander;
  /** Whether writes keep what the index covers. */
  readonly isProjected: boolean;
  /** What keeps that which messages are found by; null where nothing does. */
  readonly messages: MessageProjection | null;
  /** Runs a call, or a step of one, as all calls of the store are run. */
  call<T>(
    limits: Pick<DirectoryParams, 'timeoutMs' | 'signal'>,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T>;
}

/**
 * The sessions of a server, or of all masters of a cluster.
 */
export class RedisDirectory implements DirectoryStore {
  readonly checkProjection?: (params: ProjectionParams) => Promise<ProjectionReport>;
  readonly search?: (params: SearchParams) => Promise<readonly FoundEntry[] | null>;
  readonly #access: DirectoryAccess;
  /** What writes keep beside sessions. */
  readonly #kept: readonly KeptBeside[];
  /** By the prefix of their sessions. */
  readonly #indexes = new Map<string, SessionIndex>();
  readonly #messageIndexes = new Map<string, MessageIndex>();

  constructor(access: DirectoryAccess) {
    this.#access = access;
    const { commander, isProjected, messages } = access;
    const sessions = isProjected ? new SessionProjection(commander) : null;
    this.#kept = [sessions, messages].filter((kept) => kept !== null);
    if (this.#kept.length > 0) this.checkProjection = async (params) => this.#check(params);
    if (messages !== null) this.search = async (params) => this.#search(params);
  }

  async list(params: ListParams): Promise<SummaryPage> {
    return this.#access.call(params, async (deadline) => {
      const { sessions, next } =
        (await this.#indexedPage(params, deadline)) ?? (await this.#scannedPage(params, deadline));
      return { sessions: await this.#withExpiry(sessions, deadline), next };
    });
  }

  async count(params: FilterParams): Promise<number> {
    return this.#access.call(params, async (deadline) => {
      const counted = await this.#indexedCount(params, deadline);
      if (counted !== null) return counted;
      const keys = new Set<string>();
      const scan = this.#scan(params);
      for (;;) {
        const sessions = await scan.next(deadline);
        if (sessions === null) return keys.size;
        for (const session of sessions) if (matchesFilter(session, params)) keys.add(session.key);
      }
    });
  }

  async *walk(params: FilterParams): AsyncGenerator<readonly SessionSummary[]> {
    const seen = new Set<string>();
    const scan = this.#scan(params);
    for (;;) {
      const sessions = await this.#access.call(params, (deadline) => scan.next(deadline));
      if (sessions === null) return;
      const found = sessions.filter(({ key }) => !seen.has(key));
      for (const { key } of found) seen.add(key);
      const matching = found.filter((session) => matchesFilter(session, params));
      if (matching.length > 0) yield matching;
    }
  }

  async #scannedPage(
    params: ListParams,
    deadline: Deadline,
  ): Promise<CollectedPage<SessionSummary>> {
    const collector = new PageCollector(params);
    const scan = this.#scan(params);
    for (;;) {
      const sessions = await scan.next(deadline);
      if (sessions === null) return collector.page();
      for (const session of sessions) collector.add(session);
    }
  }

  /** Null where sessions are found by nothing but themselves: ids have no order in the index. */
  async #indexedPage(
    params: ListParams,
    deadline: Deadline,
  ): Promise<CollectedPage<SessionSummary> | null> {
    const { isProjected, commander } = this.#access;
    if (!isProjected || params.orderBy === 'id') return null;
    return indexedPage(this.#index(params), commander, params, deadline);
  }

  /** Null where the index does not know all that is asked for. */
  async #indexedCount(params: FilterParams, deadline: Deadline): Promise<number | null> {
    const { attributes = {} } = params;
    const isKnown = attributeDigests(attributes).length === Object.keys(attributes).length;
    if (!this.#access.isProjected || !isKnown) return null;
    return this.#index(params).count(params, deadline);
  }

  async #search(params: SearchParams): Promise<readonly FoundEntry[] | null> {
    const { client, commander } = this.#access;
    const { keyPrefix } = params;
    const make = (): MessageIndex => new MessageIndex(client, commander, keyPrefix);
    const index = remembered(this.#messageIndexes, keyPrefix, make);
    return this.#access.call(params, (deadline) => index.search(params, deadline));
  }

  async #check({ repair, ...params }: ProjectionParams): Promise<ProjectionReport> {
    const { client, commander } = this.#access;
    const { keyPrefix } = params;
    const kept = this.#kept;
    const check = new ProjectionCheck({ client, commander, keyPrefix, kept, repair });
    while (await this.#access.call(params, (deadline) => check.next(deadline)));
    return check.report;
  }

  #index({ keyPrefix }: DirectoryParams): SessionIndex {
    const make = (): SessionIndex => new SessionIndex(this.#access.client, keyPrefix);
    return remembered(this.#indexes, keyPrefix, make);
  }

  #scan({ keyPrefix }: DirectoryParams): SessionScan {
    return new SessionScan(this.#access.client, this.#access.commander, keyPrefix);
  }

  /** Leaves out what is gone by now. */
  async #withExpiry(
    sessions: readonly SessionSummary[],
    deadline: Deadline,
  ): Promise<ListedSummary[]> {
    const { commander } = this.#access;
    const read = sessions.map(async ({ key }) =>
      Number(await commander.read(key, ['PEXPIRETIME', key], deadline)),
    );
    const times = await Promise.all(read);
    return sessions.flatMap((session, at) => {
      const time = times[at] ?? -2;
      return time === -2 ? [] : [{ ...session, expiresAt: time < 0 ? null : time / 1000 }];
    });
  }
}

/** Gives the index of a prefix, which knows whether it is ready. */
function remembered<T>(indexes: Map<string, T>, keyPrefix: string, make: () => T): T {
  const index = indexes.get(keyPrefix) ?? make();
  if (indexes.size < INDEXES_REMEMBERED) indexes.set(keyPrefix, index);
  return index;
}
