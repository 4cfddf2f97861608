/**
 * What the writing scripts reply (`write.lua`), as a result or the error that it stands for.
 *
 * @module
 */
import {
  CorruptDocumentError,
  LeaseLostError,
  OperationConflictError,
  SessionExistsError,
  type SessionError,
  SessionExpiredError,
  SessionLockedError,
  SessionNotFoundError,
  StoreUnavailableError,
  UnsupportedSchemaError,
  WrongKeyTypeError,
} from '../../../errors.ts';
import type { ExistingParams, WriteParams, WriteResult } from '../../../store.ts';
import type { LuaScript } from '../lua-script.ts';
import { replace, rewrite } from '../scripts.generated.ts';

/**
 * What a script did, and whether it left something to be trimmed.
 */
export interface ScriptResult extends WriteResult {
  readonly hasTrash?: true;
  /** Where `replace.lua` tells it. */
  readonly generation?: number;
}

/**
 * Gives the parts of a reply, the first of which is its status; none of what no script replies.
 */
export function texts(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

/**
 * Tells whether a reply tells of words of an earlier life: see `kept-by-others.lua`.
 */
export function tellsOfWords(answer: readonly string[]): boolean {
  return answer[8] === '1';
}

/**
 * Gives what a script did.
 *
 * @throws the error that its reply stands for.
 */
export function resultOf(params: ExistingParams, answer: readonly string[]): ScriptResult {
  const [status, incarnation = '', time, , , trash, bytes = '', generation = ''] = answer;
  if (status === 'SEEN') return { repeated: true, incarnation, time: Number(time) };
  if (status !== 'OK') throw refusal(params, answer);
  return {
    incarnation,
    time: Number(time),
    ...(bytes !== '' && { bytes: Number(bytes) }),
    ...(trash === '1' && { hasTrash: true }),
    ...(generation !== '' && { generation: Number(generation) }),
  };
}

function refusal(
  { sessionId, expect }: ExistingParams,
  [status, detail = '']: readonly string[],
): SessionError {
  switch (status) {
    case 'MISSING':
      return expect.incarnation === null
        ? new SessionNotFoundError(sessionId)
        : new SessionExpiredError(sessionId);
    case 'REPLACED':
      return new SessionExpiredError(sessionId);
    case 'FORBIDDEN':
      return new SessionNotFoundError(sessionId);
    case 'EXISTS':
      return new SessionExistsError(sessionId);
    case 'OPERATION':
      return new OperationConflictError();
    case 'LOCKED':
      return new SessionLockedError(sessionId, Number(detail));
    case 'LOST':
      return new LeaseLostError(sessionId);
    case 'TYPE':
      return new WrongKeyTypeError(sessionId, detail);
    case 'CORRUPT':
      return new CorruptDocumentError(sessionId, detail);
    case 'UNSTAGED':
      return new StoreUnavailableError('The document is gone that was to become the session');
    case 'SCHEMA':
      return new UnsupportedSchemaError(sessionId, Number(detail));
    default:
      return new StoreUnavailableError('Redis gave a reply that is none of the script');
  }
}

/** Scripts that look for a version, which does not come back. */
const BY_VERSION: ReadonlySet<string> = new Set([rewrite.name, replace.name]);

/**
 * Tells whether every attempt that arrives later ends as this one did. A life that is over does not
 * come back, nor does a version that a rewrite or replacement has missed. A lock goes, and a session
 * may come, or go and make room for the one that a write creates: what was refused for them is applied
 * by an attempt that arrives later.
 *
 * @param incarnation - What the write would create, if it would.
 */
export function wouldEndAlike(
  status: string,
  { expect }: WriteParams,
  {
    script,
    incarnation,
  }: { readonly script: LuaScript; readonly incarnation?: string | undefined },
): boolean {
  if (status === 'MISSING') return expect.incarnation !== null;
  if (status === 'CONFLICT') return BY_VERSION.has(script.name);
  if (status === 'REPLACED') return incarnation === undefined || incarnation !== expect.incarnation;
  return ['OK', 'GAP', 'SEEN', 'OPERATION'].includes(status);
}
