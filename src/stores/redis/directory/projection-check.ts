/**
 * Compares what sessions are found by with the documents, and makes it anew where it differs.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import type { ProjectionReport, SessionSummary } from '../../../directory-store.ts';
import type { RedisClientLike } from '../clients/client.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { textOf } from '../diagnosis/reply-shape.ts';
import type { KeptBeside } from '../search/kept-beside.ts';
import { KeyScan, SessionScan } from './session-scan.ts';

/** What a check needs. */
interface CheckAccess {
  readonly client: RedisClientLike;
  readonly commander: RedisCommander;
  readonly keyPrefix: string;
  /** What is checked. */
  readonly kept: readonly KeptBeside[];
  readonly repair: boolean;
}

/**
 * One check of all sessions of a prefix, step by step: first of every session, then of everything that
 * is kept.
 */
export class ProjectionCheck {
  readonly #access: CheckAccess;
  readonly #sessions: SessionScan;
  readonly #hashes: readonly KeyScan[];
  readonly #seen = new Set<string>();
  #counts = { sessions: 0, missing: 0, stale: 0, orphaned: 0 };

  constructor(access: CheckAccess) {
    const { client, commander, keyPrefix, kept } = access;
    this.#access = access;
    this.#sessions = new SessionScan(client, commander, keyPrefix);
    const prefixes = kept.map((kind) => kind.prefixOf(keyPrefix));
    this.#hashes = prefixes.map(
      (prefix) => new KeyScan(client, commander, { keyPrefix: prefix, type: 'hash' }),
    );
  }

  /** What was found. */
  get report(): ProjectionReport {
    return { ...this.#counts };
  }

  /** Goes on, and says whether there is more. */
  async next(deadline: Deadline): Promise<boolean> {
    const sessions = await this.#sessions.next(deadline);
    if (sessions !== null) {
      await Promise.all(sessions.map((session) => this.#checkSession(session, deadline)));
      return true;
    }
    for (const scan of this.#hashes) {
      const hashes = await scan.next(deadline);
      if (hashes === null) continue;
      await Promise.all(hashes.map((hash) => this.#checkHash(hash, deadline)));
      return true;
    }
    return false;
  }

  async #checkSession(session: SessionSummary, deadline: Deadline): Promise<void> {
    if (this.#seen.has(session.key)) return;
    this.#seen.add(session.key);
    this.#counts.sessions += 1;
    const { kept, repair } = this.#access;
    const states = await Promise.all(kept.map((kind) => kind.compare(session, deadline)));
    const wrong = kept.filter((_, at) => states[at] !== 'same');
    if (wrong.length === 0) return;
    this.#counts[states.includes('missing') ? 'missing' : 'stale'] += 1;
    if (repair) await Promise.all(wrong.map((kind) => kind.renew(session, deadline)));
  }

  async #checkHash(hash: string, deadline: Deadline): Promise<void> {
    const { commander, keyPrefix, kept, repair } = this.#access;
    const key = textOf(await commander.read(hash, ['HGET', hash, 'key'], deadline));
    if (!key.startsWith(keyPrefix) || this.#seen.has(key)) return;
    this.#seen.add(key);
    const type = textOf(await commander.read(key, ['TYPE', key], deadline));
    if (type !== 'none') return;
    this.#counts.orphaned += 1;
    if (!repair) return;
    const session = { key, sessionId: key.slice(keyPrefix.length) };
    await Promise.all(kept.map((kind) => kind.renew(session, deadline)));
  }
}
