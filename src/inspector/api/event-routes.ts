/**
 * Streams of events: what has changed, as it changes.
 *
 * @module
 */
import type { Context, Hono } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';

import { UnsupportedError } from '../../errors.ts';
import type { InspectedStore } from '../inspected-store.ts';
import type { FeedEvent } from '../live/feed.ts';
import type { Feeds } from '../live/feeds.ts';
import { pause } from '../live/pause.ts';
import { sessionIdOf } from './session-id.ts';

/** What streams are made with. */
interface StreamParts {
  /** Ends all streams. */
  readonly end: AbortSignal;
  /** Milliseconds after which a silent stream gets a comment. */
  readonly heartbeatMs: number;
}

/** Begins to tell, and gives what ends that. */
type Listen = (listener: (event: FeedEvent) => void) => () => void;

/**
 * Adds the routes.
 */
export function addEventRoutes(
  api: Hono,
  { inspected, feeds, ...parts }: StreamParts & { inspected: InspectedStore; feeds: Feeds },
): void {
  api.get('/events', async (context) => {
    const { directory } = await inspected.store();
    if (directory === undefined) throw new UnsupportedError('events', 'the store cannot list');
    return stream(context, (listener) => feeds.listenToList(listener), parts);
  });
  api.get('/sessions/:id/events', (context) => {
    const sessionId = sessionIdOf(context);
    return stream(context, (listener) => feeds.listenToSession(sessionId, listener), parts);
  });
}

function stream(context: Context, listen: Listen, { end, heartbeatMs }: StreamParts): Response {
  return streamSSE(context, async (events) => {
    const left = new AbortController();
    events.onAbort(() => left.abort());
    await send(events, listen, { end: AbortSignal.any([left.signal, end]), heartbeatMs });
  });
}

/** Whoever is slower than what happens gets the last of it. */
async function send(
  events: SSEStreamingApi,
  listen: Listen,
  { end, heartbeatMs }: StreamParts,
): Promise<void> {
  let next: FeedEvent | null = null;
  let wake = new AbortController();
  const stop = listen((event) => {
    next = event;
    wake.abort();
  });
  await events.write(': connected\n\n');
  while (!end.aborted) {
    const event = next as FeedEvent | null;
    next = null;
    wake = new AbortController();
    if (event !== null) {
      await events.writeSSE({ event: event.name, data: JSON.stringify(event.data) });
    } else {
      await pause(heartbeatMs, AbortSignal.any([end, wake.signal]));
      if (next === null && !end.aborted) await events.write(': still here\n\n');
    }
  }
  stop();
}
