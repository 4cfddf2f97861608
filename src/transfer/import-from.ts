/**
 * Sessions of other packages, imported.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { checkSignal } from '../deadline.ts';
import { newHead } from '../document/head-changes.ts';
import type { JsonValue, MessageEntry } from '../document/document.ts';
import { InvalidInputError } from '../errors.ts';
import { canonicalText, sha256 } from '../items/canonical-text.ts';
import { DEFAULT_ITEM_CODEC_OPTIONS, encodeItem } from '../items/item-codec.ts';
import { isRecord } from '../document/is-record.ts';
import { randomHex } from '../random-ids.ts';
import { checkArguments, checkBoolean, checkId } from '../session/input-validation.ts';
import type { ForeignItem, ForeignSession } from './foreign-session.ts';
import type { ImportOptions, ImportResult } from './import.ts';
import type { ExportedSession } from './line.ts';
import { place } from './placing.ts';
import { PythonItems } from './python-items.ts';
import { withHandle } from './source.ts';

/**
 * Options of {@link importFrom}.
 */
export interface ImportFromOptions extends ImportOptions {
  /**
   * The owner of the sessions, as other packages know none.
   *
   * @defaultValue `'anonymous'`
   */
  userId?: string | undefined;
}

/**
 * What became of a session of another package.
 */
export interface ImportFromResult extends ImportResult {
  /** How many values it holds that are no JSON, and were passed over as its own package does. */
  readonly skipped: number;
}

/**
 * Imports sessions of other packages one after the other: those of the SDK for Python from a SQLite file
 * (`pythonSqliteSessions` of `agents-json-session/sqlite`) or from Redis (`pythonRedisSessions` of
 * `agents-json-session/redis`), and files of the `FileSession` in the examples of the SDK for JavaScript
 * ({@link fileSessions}). They keep their ids, items, times where there are any, and the time that they
 * have left. Items of Python are given the form of the SDK for JavaScript, for which the package
 * `@openai/agents` is needed.
 *
 * Imported again without a change in between, a session stays as it is. What was imported before an error
 * stays.
 *
 * @yields what became of each session.
 * @throws `InvalidInputError` (`invalid_input`) naming the item that is wrong: nothing of its session is
 * written then; else as `importSession` does.
 *
 * @example
 * ```ts
 * import { pythonSqliteSessions } from 'agents-json-session/sqlite';
 * import { importFrom } from 'agents-json-session/transfer';
 *
 * const sessions = pythonSqliteSessions('conversations.db');
 * for await (const { sessionId, messageCount } of importFrom(sessions, { userId: 'ada' })) {
 *   console.log(`${sessionId}: ${messageCount} messages`);
 * }
 * ```
 */
export async function* importFrom(
  sessions: Iterable<ForeignSession> | AsyncIterable<ForeignSession>,
  options: ImportFromOptions = {},
): AsyncGenerator<ImportFromResult> {
  const {
    userId: owner,
    overwrite: mayReplace = false,
    ...rest
  } = checkArguments(options, 'options');
  const userId = owner === undefined ? 'anonymous' : checkId(owner, 'userId');
  const overwrite = checkBoolean(mayReplace, 'overwrite');
  const { timeoutMs, signal, ...target } = rest;
  checkSignal(signal);
  for await (const session of sessions) {
    const sessionId = checkId(session.sessionId, 'sessionId');
    const exported = await asExportedBy(session, userId);
    const messageCount = exported.document.messages.length;
    const status = await withHandle({ ...target, sessionId }, async (handle) => {
      const deadline = handle.newDeadline({ timeoutMs, signal });
      return place(handle, exported, { sessionId, overwrite, deadline });
    });
    yield { sessionId, status, messageCount, skipped: session.skipped };
  }
}

/** Nothing but the checksum follows from what is said, and that one is hidden where it is encrypted. */
async function asExportedBy(session: ForeignSession, userId: string): Promise<ExportedSession> {
  const { sessionId, form, items, updatedAt, createdAt, expiresIn } = session;
  // How long it lives changes by itself.
  const content = { sessionId, form, userId, items: items.map(({ item }) => item) };
  const checksum = await sha256(canonicalText(content as unknown as JsonValue));
  const now = Date.now() / 1000;
  const last = updatedAt ?? items.at(-1)?.time ?? now;
  const first = createdAt ?? items[0]?.time ?? last;
  const incarnation = (await sha256(JSON.stringify([sessionId, form, userId]))).slice(0, 32);
  const head = newHead(sessionId, { userId, incarnation }, null, Math.min(first, last));
  const messages = await entriesOf(session, last);
  return {
    document: { ...head, updated_at: last, messages },
    expiresIn,
    checksum,
    identity: checksum,
  };
}

async function entriesOf({ items, form }: ForeignSession, time: number): Promise<MessageEntry[]> {
  const python = new PythonItems();
  const entries: MessageEntry[] = [];
  for (const [at, foreign] of items.entries()) {
    const field = `items[${at}]`;
    const converted =
      form === 'python' ? await python.convert(foreign.item, field) : own(foreign, field);
    for (const item of converted) {
      const encoded = encodeItem(item, DEFAULT_ITEM_CODEC_OPTIONS, field);
      const timestamp = foreign.time ?? time;
      entries.push({ id: randomHex(8), ...encoded, timestamp, agent: null, tokens: null });
    }
  }
  return entries;
}

function own({ item }: ForeignItem, field: string): AgentInputItem[] {
  if (!isRecord(item)) throw new InvalidInputError(field, 'must be an object');
  return [item as unknown as AgentInputItem];
}
