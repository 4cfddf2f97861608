/**
 * What the page asks of one session.
 *
 * @module
 */
import type { Context, Hono } from 'hono';

import type { JsonObject, JsonValue } from '../../index.ts';
import { exportSession } from '../../transfer/index.ts';
import type { InspectedStore } from '../inspected-store.ts';
import { versionOf } from '../live/session-version.ts';
import { jsonAnswer } from './json-answer.ts';
import { messagePage } from './message-page.ts';
import { QueryParameters } from './query-parameters.ts';
import { sessionIdOf } from './session-id.ts';

/**
 * Adds the routes.
 */
export function addSessionRoutes(api: Hono, inspected: InspectedStore): void {
  api.get('/sessions/:id', async (context) =>
    jsonAnswer(context, await overview(context, inspected)),
  );
  api.get('/sessions/:id/messages', async (context) =>
    jsonAnswer(context, await messages(context, inspected)),
  );
  api.get('/sessions/:id/document', async (context) =>
    jsonAnswer(context, await storedDocument(context, inspected)),
  );
  api.get('/sessions/:id/export', async (context) => exported(context, inspected));
}

async function overview(context: Context, inspected: InspectedStore): Promise<object> {
  const { signal } = context.req.raw;
  await using session = inspected.session(sessionIdOf(context));
  const metadata = await session.getMetadata({ signal });
  const snapshot = await inspected.wholeHead(session.sessionId, signal);
  const { expiresIn = null, head } = snapshot;
  const start = head.state?.history_start ?? null;
  return {
    metadata,
    version: versionOf(snapshot),
    expiresAt: expiresIn === null ? null : new Date(Date.now() + expiresIn * 1000),
    compaction: start === null ? {} : { historyStart: { index: start.index, messageId: start.id } },
  };
}

async function messages(context: Context, inspected: InspectedStore): Promise<object> {
  const parameters = new QueryParameters(context);
  await using session = inspected.session(sessionIdOf(context));
  return await messagePage(session, {
    before: parameters.text('before'),
    after: parameters.text('after'),
    around: parameters.text('around'),
    limit: parameters.wholeNumber('limit'),
    signal: context.req.raw.signal,
  });
}

async function storedDocument(context: Context, inspected: InspectedStore): Promise<JsonValue> {
  await using session = inspected.session(sessionIdOf(context));
  const [document] = await session.query('$', { signal: context.req.raw.signal });
  return withoutLockToken(document as JsonObject);
}

/** Whoever knows the token of a lock may write. */
function withoutLockToken(document: JsonObject): JsonObject {
  const { state = {} } = document as { state?: JsonObject };
  const { lock = null } = state as { lock?: JsonObject | null };
  if (lock === null) return document;
  return { ...document, state: { ...state, lock: { ...lock, token: '…' } } };
}

async function exported(context: Context, inspected: InspectedStore): Promise<Response> {
  await using session = inspected.session(sessionIdOf(context));
  const line = await exportSession(session, { signal: context.req.raw.signal });
  return context.body(`${line}\n`, 200, {
    'Content-Type': 'application/x-ndjson',
    'Content-Disposition': 'attachment; filename="session.jsonl"',
  });
}
