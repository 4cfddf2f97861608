/**
 * The API of the page.
 *
 * @module
 */
import { Hono } from 'hono';

import type { InspectedStore } from '../inspected-store.ts';
import type { Feeds } from '../live/feeds.ts';
import { ownPageOnly, tokenOnly } from '../security/request-guard.ts';
import { addEventRoutes } from './event-routes.ts';
import { failureResponse, refusal } from './failures.ts';
import { addListRoutes } from './list-routes.ts';
import { addSessionRoutes } from './session-routes.ts';
import { addWriteRoutes } from './write-routes.ts';

/**
 * What the API works with.
 */
export interface ApiParts {
  readonly inspected: InspectedStore;
  readonly feeds: Feeds;
  /** Ends all streams of events. */
  readonly end: AbortSignal;
  readonly token: string;
  readonly write: boolean;
  /** Milliseconds after which a silent stream of events gets a comment. */
  readonly heartbeatMs: number;
}

/**
 * Makes the API.
 */
export function newApi({ inspected, token, write, ...parts }: ApiParts): Hono {
  const api = new Hono();
  api.use(ownPageOnly, tokenOnly(token), async (context, next) => {
    // The router would answer with what it does for GET, and a stream of events would have no reader.
    if (context.req.method === 'HEAD') return refusal(context, 405, 'method_not_allowed');
    return next();
  });
  addListRoutes(api, inspected, write);
  addSessionRoutes(api, inspected);
  addWriteRoutes(api, inspected, write);
  addEventRoutes(api, { inspected, ...parts });
  api.all('*', (context) => refusal(context, 404, 'not_found'));
  api.onError(failureResponse);
  return api;
}
