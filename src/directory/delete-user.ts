/**
 * Deletes all sessions of a person.
 *
 * @module
 */
import type { Deadline } from '../deadline.ts';
import type { SessionSummary } from '../directory-store.ts';
import { inBatches } from '../in-batches.ts';
import type { CallOptions } from '../session/call-options.ts';
import type { SessionStore } from '../store.ts';
import { codeOfOne } from '../errors/code-of-one.ts';

/** Sessions that are deleted at once. */
const DELETED_AT_ONCE = 10;

/**
 * Options of `SessionDirectory.deleteUser`.
 */
export interface DeleteUserOptions extends CallOptions {
  /**
   * Whether sessions are only counted, and stay.
   *
   * @defaultValue `false`
   */
  dryRun?: boolean | undefined;
  /**
   * Milliseconds that each step may take: finding some sessions, deleting one. The whole takes as long
   * as it takes; a `signal` ends it.
   *
   * @defaultValue that of the directory
   */
  timeoutMs?: number | undefined;
  /** Told after each step how many sessions were found so far. */
  onProgress?: ((found: number) => void) | undefined;
}

/**
 * A session that could not be deleted.
 */
export interface DeletionFailure {
  sessionId: string;
  /** The code of the error, for example `session_locked`. */
  code: string;
}

/**
 * What became of the sessions of a person.
 */
export interface DeletionReport {
  /** Sessions that were there. */
  found: number;
  /** Sessions that this call has deleted; none in a dry run. */
  deleted: number;
  failed: DeletionFailure[];
}

/**
 * Deletes sessions as they are found, each in the life that was found.
 */
export class UserDeletion {
  readonly report: DeletionReport = { found: 0, deleted: 0, failed: [] };
  readonly #store: SessionStore;
  readonly #newDeadline: () => Deadline;

  /**
   * @param newDeadline - Gives the end of a step that begins.
   */
  constructor(store: SessionStore, newDeadline: () => Deadline) {
    this.#store = store;
    this.#newDeadline = newDeadline;
  }

  /**
   * Takes note of sessions, and deletes them unless it is a dry run.
   *
   * @throws the error of a deletion that says the same of all that follow: `CallAbortedError`,
   * `StoreUnavailableError`, `StoreClosedError`.
   */
  async take(sessions: readonly SessionSummary[], isDryRun: boolean): Promise<void> {
    this.report.found += sessions.length;
    if (isDryRun) return;
    await inBatches(sessions, DELETED_AT_ONCE, (session) => this.#delete(session));
  }

  async #delete({ key, sessionId, incarnation }: SessionSummary): Promise<void> {
    const { remaining, signal } = this.#newDeadline();
    const limits = { timeoutMs: Math.max(1, Math.ceil(remaining)), signal };
    const expect = { incarnation, userId: null };
    try {
      const isDeleted = await this.#store.delete({ key, sessionId, expect, ...limits });
      if (isDeleted) this.report.deleted += 1;
    } catch (error) {
      this.report.failed.push({ sessionId, code: codeOfOne(error) });
    }
  }
}
