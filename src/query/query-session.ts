/**
 * What JSONPaths name in a session.
 *
 * @module
 */
import type { Deadline } from '../deadline.ts';
import type { JsonValue, MessageEntry } from '../document/document.ts';
import { checkSchema, wholeOf } from '../document/whole-session.ts';
import { SessionNotFoundError } from '../errors.ts';
import type { SessionHandle } from '../session/session-handle.ts';
import type { QueryResult, SessionAddress, SessionSnapshot, SessionStore } from '../store.ts';
import { lookedAt } from './looked-at.ts';
import { type ParsedPath, parsedPath } from './parsed-path.ts';

/** A session that was read as a whole. */
type ReadSession = Omit<QueryResult, 'values'> & { readonly snapshot: SessionSnapshot };

/**
 * Gives the values that a path names in the document of a session.
 *
 * @throws `InvalidInputError` (`invalid_input`) of the field `path`; `SessionNotFoundError`
 * (`session_not_found`); `DecryptionError` (`decryption_failed`) where something that the path looks at is
 * encrypted, and there is no keyring.
 */
export async function querySession(
  handle: SessionHandle,
  path: unknown,
  deadline: Deadline,
): Promise<JsonValue[]> {
  const parsed = parsedPath(path);
  const looked = lookedAt(parsed);
  const unless = looked.keyIds.map(({ segments }) => segments);
  const found = await handle.ask(
    deadline,
    async (store, address): Promise<QueryResult | ReadSession | null> => {
      const asked = { ...address, path: parsed.segments, unless };
      const answer = store.query === undefined ? 'read-all' : await store.query(asked);
      return answer === 'read-all' ? readAll(store, address) : answer;
    },
  );
  if (found === null) throw new SessionNotFoundError(handle.sessionId);
  checkSchema(found.head);
  if (!('snapshot' in found)) return found.values;
  const document = wholeOf(found.snapshot).document as unknown as JsonValue;
  const { messages, hasContext } = looked;
  const entries =
    messages === null ? [] : (valuesIn(document, messages) as unknown as MessageEntry[]);
  await handle.checkUnsealed({ ...found.snapshot, entries }, hasContext ? 'all' : 'messages');
  return valuesIn(document, parsed);
}

/** What is found in a session is looked for when it is known to be the one that was meant. */
async function readAll(store: SessionStore, address: SessionAddress): Promise<ReadSession | null> {
  const snapshot = await store.read({ ...address, entries: { kind: 'all' }, wholeHead: true });
  if (snapshot === null) return null;
  const { head, incarnation } = snapshot;
  return { head, incarnation, snapshot };
}

/**
 * Gives the values that a path names in a document, in the order of RFC 9535.
 */
export function valuesIn(document: JsonValue, { query }: ParsedPath): JsonValue[] {
  // The other way of the library hands all that was found to one call, and fails where that is much.
  return Array.from(query.lazyQuery(document), ({ value }) => value as JsonValue);
}
