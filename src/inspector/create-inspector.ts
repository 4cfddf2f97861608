/**
 * The inspector as an app, to be served or mounted.
 *
 * @module
 */
import { Hono } from 'hono';

import { newApi } from './api/api.ts';
import { failureResponse } from './api/failures.ts';
import { InspectedStore } from './inspected-store.ts';
import { type InspectorOptions, resolveInspectorOptions } from './inspector-options.ts';
import { Feeds } from './live/feeds.ts';
import { builtPage, PageFiles } from './page/page-files.ts';
import { addPageRoutes } from './page/page-routes.ts';
import { notStored, ownHostOnly, protectingHeaders } from './security/request-guard.ts';

/** So that nobody takes a silent connection for a dead one. */
const HEARTBEAT_MS = 15_000;

/**
 * An inspector that is not served yet.
 */
export interface Inspector extends AsyncDisposable {
  /** To be mounted in an app of yours. */
  readonly app: Hono;
  /** What whoever looks must know; a link to the page has it as in `#token=…`. */
  readonly token: string;
  /** Answers a request, for servers that take such a function. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Ends streams of events and gives connections back. A `store` that was passed in stays open. */
  readonly close: () => Promise<void>;
}

/**
 * Makes an inspector: a page that shows conversations, and what it asks. Mount it in a server of your own.
 * Everybody who knows the token sees the sessions of all users.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { createInspector } from 'agents-json-session/inspector';
 *
 * const inspector = createInspector({ url: 'redis://localhost:6379', basePath: '/inspector' });
 * const app = new Hono().route('/', inspector.app);
 * console.log(`http://localhost:3000/inspector/#token=${inspector.token}`);
 * ```
 */
export function createInspector(options: InspectorOptions = {}): Inspector {
  return newInspector(options, { pageFolder: builtPage(), heartbeatMs: HEARTBEAT_MS });
}

/** What is the same for all but those who try an inspector. */
interface InspectorParts {
  readonly pageFolder: string;
  /** Milliseconds after which a silent stream of events gets a comment. */
  readonly heartbeatMs: number;
}

/**
 * Makes an inspector.
 */
export function newInspector(
  options: InspectorOptions,
  { pageFolder, heartbeatMs }: InspectorParts,
): Inspector {
  const resolved = resolveInspectorOptions(options);
  const { token, write, basePath, allowedHosts } = resolved;
  const inspected = new InspectedStore(resolved);
  const feeds = new Feeds(inspected);
  const end = new AbortController();
  const app = new Hono();
  app.use(notStored, protectingHeaders(), ownHostOnly(allowedHosts));
  app.route('/api', newApi({ inspected, feeds, end: end.signal, token, write, heartbeatMs }));
  addPageRoutes(app, new PageFiles(pageFolder));
  app.onError(failureResponse);
  const mounted = basePath === '' ? app : new Hono().route(basePath, app);
  const close = async (): Promise<void> => {
    end.abort();
    feeds.end();
    await inspected.close();
  };
  return {
    app: mounted,
    token,
    fetch: async (request) => mounted.fetch(request),
    close,
    [Symbol.asyncDispose]: close,
  };
}
