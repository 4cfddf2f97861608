/**
 * Locks of sessions, past all sessions: as a process has them that is not this one.
 *
 * @module
 */
import assert from 'node:assert/strict';
import type { CaseScope } from './case-scope.ts';
import { assistantItem, callItem, resultItem, userItem } from './conversation.ts';
import type { SessionLock } from '../document/document.ts';
import { randomHex } from '../random-ids.ts';
import type { JSONSession } from '../session/session.ts';
import type {
  AppendParams,
  SessionExpectation,
  SessionStore,
  UnlockParams,
  WriteResult,
} from '../store.ts';

const ANY: SessionExpectation = { incarnation: null, userId: null };
const ITEMS = [userItem('Hello'), callItem('call_1'), resultItem('call_1'), assistantItem('done')];

/** Of a lock that is to end while a case waits. */
export const LEASE_MS = 2000;

/** Longer than any case takes. */
export const LONG_MS = 600_000;

/**
 * A lock of a session, and what can be done with it.
 */
export class LockElsewhere {
  readonly lockToken: string = randomHex(16);
  readonly #store: SessionStore;
  readonly #params: UnlockParams;

  constructor(scope: CaseScope, sessionId: string) {
    const { lockToken } = this;
    const address = { key: scope.key(sessionId), sessionId };
    this.#store = scope.otherStore;
    this.#params = { ...address, expect: ANY, ttl: null, lockToken };
  }

  /** Takes it. */
  async take(leaseMs: number = LONG_MS): Promise<WriteResult> {
    const create = { userId: 'user-1', incarnation: randomHex(16) };
    return this.#store.lock({ ...this.#params, leaseMs, keep: false, create });
  }

  /** Keeps it. */
  async keep(leaseMs: number = LONG_MS): Promise<WriteResult> {
    return this.#store.lock({ ...this.#params, leaseMs, keep: true, create: null });
  }

  /** Gives it back. */
  async giveBack(): Promise<void> {
    await this.#store.unlock(this.#params);
  }

  /** Appends a message. */
  async write(content: string, more: Partial<AppendParams> = {}): Promise<WriteResult> {
    const entry = { id: randomHex(8), role: 'user', content, agent: null, tokens: null } as const;
    const append = { entries: [entry], tokens: 0, changes: {}, create: null };
    return this.#store.append({ ...this.#params, ...append, ...more });
  }

  /** Drops the newest entry. */
  async rewrite(): Promise<WriteResult | null> {
    const clearing = { forgetOperations: false, resetTokens: false };
    return this.#store.rewrite({ ...this.#params, ...clearing, version: null, drop: 1 });
  }

  /** Deletes the session. */
  async delete(): Promise<boolean> {
    return this.#store.delete(this.#params);
  }
}

/**
 * Gives the lock as it is stored, or null.
 */
export async function storedLock(scope: CaseScope, sessionId: string): Promise<SessionLock | null> {
  const address = { key: scope.key(sessionId), sessionId };
  const snapshot = await scope.otherStore.read({ ...address, entries: { kind: 'none' } });
  return snapshot?.head.state?.lock ?? null;
}

/**
 * Creates a session in which every kind of write has something to do.
 */
export async function filled(scope: CaseScope): Promise<JSONSession> {
  const session = await scope.created({ ttl: 600 });
  await session.addItems(ITEMS);
  return session;
}

/**
 * Takes the lock away from whoever has it.
 */
export async function steal(scope: CaseScope, sessionId: string): Promise<void> {
  const lockToken = (await storedLock(scope, sessionId))?.token;
  assert.ok(lockToken !== undefined);
  const address = { key: scope.key(sessionId), sessionId };
  await scope.otherStore.unlock({ ...address, expect: ANY, ttl: null, lockToken });
}
