/**
 * Encrypting anew what is stored, in steps, while others go on writing.
 *
 * @module
 */
import { Deadline } from '../deadline.ts';
import type { JsonValue, MessageEntry } from '../document/document.ts';
import { incarnationOf } from '../document/incarnation.ts';
import { checkExpectation, missingSession } from '../document/expectation.ts';
import { ConflictError, CorruptDocumentError } from '../errors.ts';
import type {
  ReplaceParams,
  ReplaceResult,
  SessionSnapshot,
  SessionStore,
  WriteParams,
  WriteResult,
} from '../store.ts';
import { inBatches } from '../in-batches.ts';
import { CIPHERED_AT_ONCE } from './ciphered-at-once.ts';
import { addressOf, type Lives } from './lives.ts';
import { openContext, sealContext } from './sealed-context.ts';
import { keyIdOf, openEntry, type SealedSession, sealEntry } from './sealed-entry.ts';
import { readTag } from './sealed-tag.ts';
import type { KeySource, SessionKey, SessionKeys } from './session-keys.ts';

/** Most entries of one step, and about how much they may take: a step holds up the server. */
const STEP_ENTRIES = 500;
const STEP_LENGTH = 4 * 1024 * 1024;
/** How often in a row others may get in between without any step having been done. */
const MOST_CONFLICTS = 20;

/**
 * How far a rewrap has come.
 */
export interface RewrapReport {
  /** Messages that were encrypted anew. */
  readonly rewrapped: number;
  /** Messages that the session has. */
  readonly messages: number;
}

/**
 * Parameters of `SealedStore.rewrap`.
 */
export interface RewrapParams extends WriteParams {
  /** Is told at the beginning, and after every step. */
  readonly note: (report: RewrapReport) => void;
  /** Whether it changes nothing, and tells what it would do. */
  readonly isDryRun: boolean;
}

/**
 * What a rewrap works with.
 */
export interface RewrapParts {
  readonly store: SessionStore;
  readonly keys: SessionKeys;
  readonly lives: Lives;
  readonly migrating: boolean;
}

/** The history as it was read, and what it is to be encrypted with. */
interface Pass {
  readonly session: SealedSession & { readonly migrating: boolean };
  readonly key: SessionKey;
  readonly entries: readonly MessageEntry[];
  generation: number;
}

/**
 * One rewrap. What a step has done stays, so that one which ends early is gone on with by another.
 */
export class Rewrapping {
  readonly #parts: RewrapParts;
  readonly #params: WriteParams;
  readonly #note: (report: RewrapReport) => void;
  #rewrapped = 0;
  #last: WriteResult | null = null;

  constructor(parts: RewrapParts, params: WriteParams, note: (report: RewrapReport) => void) {
    this.#parts = parts;
    this.#params = params;
    this.#note = note;
  }

  /**
   * Goes on until everything that was there is encrypted with the current key. Gives the last write, or
   * null where there was nothing to do.
   *
   * @throws `SessionNotFoundError` (`session_not_found`), {@link ConflictError} (`conflict`),
   * {@link CorruptDocumentError} (`corrupt_document`), `DecryptionError` (`decryption_failed`).
   */
  async run(): Promise<WriteResult | null> {
    for (let conflicts = 0; conflicts <= MOST_CONFLICTS; conflicts += 1) {
      const before = this.#rewrapped;
      const snapshot = await this.#read();
      this.#note({ rewrapped: before, messages: snapshot.entries.length });
      if (await this.#isDone(snapshot)) return this.#last;
      if (this.#rewrapped > before) conflicts = 0;
    }
    throw new ConflictError('Other writers kept changing the history');
  }

  /**
   * Looks at what {@link Rewrapping.run} would encrypt anew, and whether all of it can be read.
   *
   * @throws as that does.
   */
  async look(): Promise<null> {
    const { entries, head } = await this.#read();
    const { sessionId } = this.#params;
    const life = { incarnation: incarnationOf(head), userId: head.user_id };
    const session = { sessionId, life, migrating: this.#parts.migrating };
    const keys = this.#keys;
    const { id } = await keys.current(life.userId);
    const stale = entries.filter((entry) => keyIdOf(entry) !== id);
    await inBatches(stale, CIPHERED_AT_ONCE, async (entry) => openEntry(entry, keys, session));
    await openContext(head.handoff_context, keys, session);
    this.#note({ rewrapped: stale.length, messages: entries.length });
    return null;
  }

  async #read(): Promise<SessionSnapshot> {
    const { expect, sessionId } = this.#params;
    const snapshot = await this.#parts.store.read({ ...this.#step, entries: { kind: 'all' } });
    if (snapshot === null) throw missingSession(sessionId, expect);
    checkExpectation(snapshot.head, expect, sessionId);
    // The place of an entry is not known where others are no entries.
    if (snapshot.visited === snapshot.entries.length) return snapshot;
    throw new CorruptDocumentError(sessionId, 'messages');
  }

  /** Says no where others got in between. */
  async #isDone(snapshot: SessionSnapshot): Promise<boolean> {
    const { lives, migrating } = this.#parts;
    const { entries, head } = snapshot;
    const life = await lives.settled(this.#params, snapshot, this.#deadline);
    const pass: Pass = {
      session: { sessionId: this.#params.sessionId, life, migrating },
      key: await this.#keys.current(life.userId),
      entries,
      generation: head.state?.generation ?? 0,
    };
    for (let from = this.#nextStale(pass, 0); from !== -1; from = this.#nextStale(pass, from)) {
      const stretch = this.#stretch(pass, from);
      if (!(await this.#rewrap(pass, from, stretch))) return false;
      from += stretch.length;
    }
    return this.#rewrapContext(pass, head.handoff_context);
  }

  #nextStale({ entries, key }: Pass, from: number): number {
    return entries.findIndex((entry, index) => index >= from && keyIdOf(entry) !== key.id);
  }

  /** What one step takes, from one stale entry to another. */
  #stretch({ entries, key }: Pass, from: number): MessageEntry[] {
    let [length, count, needed] = [0, 0, 0];
    for (const entry of entries.slice(from, from + STEP_ENTRIES)) {
      length += JSON.stringify(entry).length;
      if (length > STEP_LENGTH && needed > 0) break;
      count += 1;
      if (keyIdOf(entry) !== key.id) needed = count;
    }
    return entries.slice(from, from + needed);
  }

  async #rewrap(pass: Pass, index: number, stretch: readonly MessageEntry[]): Promise<boolean> {
    const { key, session } = pass;
    const keys = this.#keys;
    const isStale = (entry: MessageEntry): boolean => keyIdOf(entry) !== key.id;
    const entries = await inBatches(stretch, CIPHERED_AT_ONCE, async (entry) => {
      if (!isStale(entry)) return entry;
      return sealEntry(await openEntry(entry, keys, session), key, session);
    });
    const result = await this.#replace(pass, { index, entries });
    if (result === null) return false;
    this.#rewrapped += stretch.filter(isStale).length;
    this.#note({ rewrapped: this.#rewrapped, messages: pass.entries.length });
    return result.generation !== undefined;
  }

  async #rewrapContext(pass: Pass, before: JsonValue): Promise<boolean> {
    const { key, session } = pass;
    if (before === null || readTag(before)?.kid === key.id) return true;
    const context = await openContext(before, this.#keys, session);
    const after = await sealContext(context, key, session);
    const handoffContext = { before, after };
    return (await this.#replace(pass, { index: 0, entries: [], handoffContext })) !== null;
  }

  async #replace(
    pass: Pass,
    change: Pick<ReplaceParams, 'index' | 'entries' | 'handoffContext'>,
  ): Promise<ReplaceResult | null> {
    const { ttl, lockToken } = this.#params;
    const { incarnation } = pass.session.life;
    const { generation } = pass;
    const expect = { incarnation, userId: null };
    const common = { ...this.#step, expect, ttl, lockToken, generation };
    const result = await this.#parts.store.replace({ ...common, ...change });
    if (result === null) return null;
    this.#last = result;
    if (result.generation !== undefined) pass.generation = result.generation;
    return result;
  }

  /** Each step has the whole time of the call. */
  get #deadline(): Deadline {
    const { timeoutMs = 0, signal } = this.#params;
    return new Deadline(timeoutMs, signal);
  }

  get #keys(): KeySource {
    return this.#parts.keys.within(this.#deadline);
  }

  get #step(): ReturnType<typeof addressOf> {
    return addressOf(this.#params, this.#deadline);
  }
}
