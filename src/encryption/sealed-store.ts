/**
 * A store that keeps encrypted sessions in another one: what goes in is sealed, and what comes out is
 * opened.
 *
 * @module
 */
import { checkTimeout, Deadline } from '../deadline.ts';
import type { DirectoryStore } from '../directory-store.ts';
import { hasCode } from '../errors.ts';
import type {
  AppendParams,
  CreateParams,
  DiagnoseParams,
  ExistingParams,
  LockParams,
  NewSession,
  Operation,
  ReadParams,
  ReplaceParams,
  ReplaceResult,
  RestoreParams,
  RewriteParams,
  RunRecord,
  SessionAddress,
  SessionSnapshot,
  SessionStore,
  StoreDiagnosis,
  StoreSystem,
  UnlockParams,
  WriteParams,
  WriteResult,
} from '../store.ts';
import type { WatchSession } from '../watch.ts';
import { inBatches } from '../in-batches.ts';
import { CIPHERED_AT_ONCE } from './ciphered-at-once.ts';
import { keyedOperation, keyIdOfDigest } from './keyed-digests.ts';
import { checkEncryption, type EncryptionOptions, type Keyring } from './keyring.ts';
import { KnownSessions } from './known-sessions.ts';
import { addressOf, type FoundLife } from './lives.ts';
import { Rewrapping, type RewrapParams } from './rewrapping.ts';
import { openedHead } from './opened-head.ts';
import { sealedInPlaceOf } from './sealed-context.ts';
import { sealedDirectory } from './sealed-directory.ts';
import { noteSealed } from './sealed-parts.ts';
import { openEntry } from './sealed-entry.ts';
import { restoredLife, Sealer, tells } from './sealer.ts';
import { SeenEntries } from './seen-entries.ts';
import type { KeySource } from './session-keys.ts';

/** A write that is to be sealed. */
type Sealable = WriteParams & {
  readonly operation?: Operation | undefined;
  readonly run?: RunRecord;
};

/** What of its parameters a sealed write replaces; the time is what is left when it is asked for. */
type Sealed = Pick<Sealable, 'timeoutMs' | 'signal' | 'expect' | 'operation' | 'run'>;

/** What a write is sealed with. */
interface Sending {
  readonly sealer: Sealer;
  readonly sealed: () => Sealed;
  readonly create: NewSession | null;
}

/** Sends a write. */
type Send<T> = (sending: Sending) => Promise<T>;

/**
 * Keeps sessions in another store, encrypted. A session does so by itself with its option `encryption`;
 * this is for those who use a store past sessions, such as to find sessions, or to move them: what is
 * encrypted is bound to one life of one session, so a document that is to become another one must come
 * out through such a store, and go in through one.
 *
 * @example
 * ```ts
 * import { createKeyring, SealedStore } from 'agents-json-session/encryption';
 * import { SqliteStore } from 'agents-json-session/sqlite';
 *
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * const keyring = await createKeyring({ current: 'k1', keys: { k1: key } });
 * const store = new SealedStore(await SqliteStore.open('sessions.db'), keyring);
 * ```
 */
export class SealedStore implements SessionStore {
  readonly timeoutMs?: number;
  readonly directory?: DirectoryStore;
  readonly system?: () => StoreSystem;
  readonly watch?: WatchSession;
  readonly diagnose?: (params: DiagnoseParams) => Promise<StoreDiagnosis>;
  readonly #store: SessionStore;
  readonly #migrating: boolean;
  readonly #check: (snapshot: SessionSnapshot) => void;
  readonly #known: KnownSessions;

  /**
   * @param store - Where the sessions are kept; closed with this one.
   * @param encryption - As the option of a session.
   * @param check - Sees what was read before it is opened, and throws where it is not the caller's.
   * @throws `InvalidInputError` (`invalid_input`) when that is no keyring.
   */
  constructor(
    store: SessionStore,
    encryption: Keyring | EncryptionOptions,
    check: (snapshot: SessionSnapshot) => void = () => {},
  ) {
    const checked = checkEncryption(encryption);
    const { keyring, migrating } = checked;
    const { timeoutMs, directory } = store;
    noteSealed(this, { store, encryption: checked });
    this.#store = store;
    this.#migrating = migrating;
    this.#check = check;
    this.#known = new KnownSessions(store, keyring);
    if (timeoutMs !== undefined) this.timeoutMs = timeoutMs;
    if (directory !== undefined) this.directory = sealedDirectory(directory);
    if (store.system !== undefined) this.system = store.system.bind(store);
    if (store.watch !== undefined) this.watch = store.watch.bind(store);
    if (store.diagnose !== undefined) this.diagnose = store.diagnose.bind(store);
  }

  async create(params: CreateParams): Promise<WriteResult> {
    return this.#store.create(params);
  }

  async read(params: ReadParams): Promise<SessionSnapshot | null> {
    const deadline = this.#deadline(params);
    const seen = new SeenEntries(params.entries);
    const snapshot = await this.#store.read({ ...params, entries: seen.selection });
    if (snapshot === null) return null;
    this.#check(snapshot);
    return this.#open(params, snapshot, { seen, keys: this.#keys(params, deadline) });
  }

  async append(params: AppendParams): Promise<WriteResult> {
    if (!tells(params)) return this.#store.append(params);
    return this.#write(params, params.create, async ({ sealer, sealed, create }) => {
      const entries = await sealer.entries(params.entries);
      const changes = await sealer.changes(params.changes);
      return this.#store.append({ ...params, ...sealed(), create, entries, changes });
    });
  }

  async rewrite(params: RewriteParams): Promise<WriteResult | null> {
    if (!tells(params)) return this.#store.rewrite(params);
    const { entries: given = [] } = params;
    return this.#write(params, null, async ({ sealer, sealed }) => {
      const entries = await sealer.entries(given);
      return this.#store.rewrite({ ...params, ...sealed(), entries });
    });
  }

  async replace(params: ReplaceParams): Promise<ReplaceResult | null> {
    const { handoffContext: context, entries: given } = params;
    return this.#write(params, null, async ({ sealer, sealed }) => {
      const entries = await sealer.entries(given);
      if (context === undefined) return this.#store.replace({ ...params, ...sealed(), entries });
      const snapshot = await this.#store.read({
        ...params,
        ...sealed(),
        entries: { kind: 'none' },
      });
      const stored = snapshot?.head.handoff_context ?? null;
      const session = { ...sealer.session, migrating: this.#migrating };
      const keys = this.#keys(params, this.#deadline(sealed()));
      const before = await sealedInPlaceOf(context.before, stored, { keys, session });
      if (before === undefined) return null;
      const { handoffContext: after = null } = await sealer.changes({
        handoffContext: context.after,
      });
      const handoffContext = { before, after };
      return this.#store.replace({ ...params, ...sealed(), entries, handoffContext });
    });
  }

  /**
   * Encrypts anew what is not encrypted with the current key, in steps; see `rewrap`.
   *
   * @returns What the last step did, or null where there was nothing to do.
   */
  async rewrap({ note, isDryRun, ...params }: RewrapParams): Promise<WriteResult | null> {
    const timed = { ...params, timeoutMs: params.timeoutMs ?? checkTimeout(this.timeoutMs) };
    const { keys, lives } = this.#known.get(params);
    const parts = { store: this.#store, keys, lives, migrating: this.#migrating };
    const rewrapping = new Rewrapping(parts, timed, note);
    return isDryRun ? rewrapping.look() : rewrapping.run();
  }

  async touch(params: WriteParams): Promise<WriteResult> {
    return this.#store.touch(params);
  }

  async lock(params: LockParams): Promise<WriteResult> {
    return this.#store.lock(params);
  }

  async unlock(params: UnlockParams): Promise<void> {
    return this.#store.unlock(params);
  }

  async delete(params: ExistingParams): Promise<boolean> {
    return this.#store.delete(params);
  }

  async restore(params: RestoreParams): Promise<WriteResult> {
    const deadline = this.#deadline(params);
    const life = restoredLife(params);
    const key = await this.#keys(params, deadline).current(life.userId);
    const sealer = new Sealer(key, { sessionId: params.sessionId, life });
    const document = await sealer.document(params.document);
    return this.#store.restore({ ...params, ...addressOf(params, deadline), document });
  }

  async close(): Promise<void> {
    return this.#store.close();
  }

  async #open(
    params: ReadParams,
    snapshot: SessionSnapshot,
    { seen, keys }: { seen: SeenEntries; keys: KeySource },
  ): Promise<SessionSnapshot> {
    const { sessionId } = params;
    const { incarnation, head } = snapshot;
    const life = { incarnation, userId: head.user_id };
    this.#known.get(params).lives.note(life);
    const migrating = this.#migrating;
    if (!migrating) seen.checkWhole(snapshot, sessionId);
    const session = { sessionId, life, migrating };
    const others = seen.notIn(snapshot);
    const opened = await inBatches(
      [...snapshot.entries, ...others],
      CIPHERED_AT_ONCE,
      async (entry) => openEntry(entry, keys, session),
    );
    const entries = opened.slice(0, snapshot.entries.length);
    const openedWith = { keys, session, entries };
    return { ...snapshot, entries, head: await openedHead(head, params, openedWith) };
  }

  async #write<T>(params: Sealable, create: NewSession | null, send: Send<T>): Promise<T> {
    const deadline = this.#deadline(params);
    for (;;) {
      const found = await this.#known.get(params).lives.find(params, create, deadline);
      try {
        return await this.#send({ params, found, deadline }, send);
      } catch (error) {
        // Who has seen no life does not mean a particular one.
        const isAnother = params.expect.incarnation === null && hasCode(error, 'session_expired');
        if (!isAnother || deadline.passed) throw error;
      }
    }
  }

  async #send<T>(
    { params, found, deadline }: { params: Sealable; found: FoundLife; deadline: Deadline },
    send: Send<T>,
  ): Promise<T> {
    const { operation, run, sessionId } = params;
    const { life, create } = found;
    const key = await this.#keys(params, deadline).current(life.userId);
    const sealer = new Sealer(key, { sessionId, life });
    const safe = {
      ...(run && { run: await sealer.run(run) }),
      ...(operation && { operation: await sealer.operation(operation) }),
      expect: { ...params.expect, incarnation: life.incarnation },
    };
    const sealed = (): Sealed => ({ ...safe, ...addressOf(params, deadline) });
    try {
      return await send({ sealer, sealed, create });
    } catch (error) {
      if (operation === undefined || !hasCode(error, 'operation_conflict')) throw error;
      const known = await this.#asKnown({ params, found, deadline }, operation);
      if (known === null) throw error;
      return send({ sealer, sealed: () => ({ ...sealed(), operation: known }), create });
    }
  }

  /** The operation as the session knows it, from when another key was the current one, or none was. */
  async #asKnown(
    { params, found, deadline }: { params: WriteParams; found: FoundLife; deadline: Deadline },
    operation: Operation,
  ): Promise<Operation | null> {
    const snapshot = await this.#store.read({
      ...addressOf(params, deadline),
      entries: { kind: 'none' },
      operationId: operation.id,
      briefHead: true,
    });
    const digest = snapshot?.operation?.digest ?? '';
    if (digest === operation.digest) return operation;
    const keyId = keyIdOfDigest(digest);
    const keys = this.#keys(params, deadline);
    const key = keyId === null ? null : await keys.find(keyId, found.life.userId);
    const same = key === null ? null : await keyedOperation(operation, key);
    return same?.digest === digest ? same : null;
  }

  #keys(address: SessionAddress, deadline: Deadline): KeySource {
    return this.#known.get(address).keys.within(deadline);
  }

  #deadline({ timeoutMs, signal }: Pick<SessionAddress, 'timeoutMs' | 'signal'>): Deadline {
    return new Deadline(timeoutMs ?? checkTimeout(this.timeoutMs), signal);
  }
}
