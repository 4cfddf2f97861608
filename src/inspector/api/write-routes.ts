/**
 * What the page changes, where it may.
 *
 * @module
 */
import type { Context, Hono, MiddlewareHandler } from 'hono';

import type { JSONSession } from '../../index.ts';
import type { InspectedStore } from '../inspected-store.ts';
import { refusal } from './failures.ts';
import { jsonAnswer } from './json-answer.ts';
import { withSentNames } from './sent-names.ts';
import { bodyOf, jsonOnly, limitedBody } from './request-body.ts';
import { sessionIdOf } from './session-id.ts';

/** What is done with a session, and what is told of it. */
type Change = (session: JSONSession, body: Partial<Record<string, unknown>>) => Promise<object>;

const CHANGES: Record<string, Change> = {
  fork: async (session, { sessionId, upTo }) => {
    // The session checks what it is given.
    const options = { sessionId: sessionId as string, upTo: upTo as string };
    await using fork = await session.fork(options);
    return { sessionId: fork.sessionId };
  },
  clear: async (session) => {
    await session.clear();
    return {};
  },
  undo: async (session, { toMessageId }) => {
    const removed = await withSentNames({ messageId: 'toMessageId' }, async () =>
      session.undoTo(toMessageId as string),
    );
    return { removed: removed.length };
  },
  attributes: async (session, { patch }) => {
    await withSentNames({ attributes: 'patch' }, async () =>
      session.setAttributes(patch as object),
    );
    const { attributes } = await session.getMetadata();
    return { attributes };
  },
};

/**
 * Adds the routes.
 *
 * @param write - Whether sessions can be changed.
 */
export function addWriteRoutes(api: Hono, inspected: InspectedStore, write: boolean): void {
  const ifWritable: MiddlewareHandler = async (context, next) =>
    write ? next() : refusal(context, 403, 'read_only');
  api.delete('/sessions/:id', ifWritable, async (context) =>
    change(context, inspected, async (session) => ({ deleted: await session.delete() })),
  );
  for (const [name, apply] of Object.entries(CHANGES)) {
    api.post(`/sessions/:id/${name}`, ifWritable, limitedBody(), jsonOnly, async (context) =>
      change(context, inspected, apply),
    );
  }
}

async function change(
  context: Context,
  inspected: InspectedStore,
  apply: Change,
): Promise<Response> {
  const sessionId = sessionIdOf(context);
  const body = context.req.method === 'POST' ? await bodyOf(context) : {};
  await using session = await inspected.loaded(sessionId);
  return jsonAnswer(context, await apply(session, body));
}
