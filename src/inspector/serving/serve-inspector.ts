/**
 * An inspector with a server of its own.
 *
 * @module
 */
import { type Context, Hono } from 'hono';

import { InvalidInputError } from '../../errors.ts';
import { checkArguments, checkInteger } from '../../session/input-validation.ts';
import { refusal } from '../api/failures.ts';
import { createInspector } from '../create-inspector.ts';
import {
  checkHosts,
  type InspectorOptions,
  resolveInspectorOptions,
} from '../inspector-options.ts';
import { notStored, ownHostOnly } from '../security/request-guard.ts';
import { ListeningServer } from './listening-server.ts';
import { OpeningLink } from './opening-link.ts';
import { hostsOf, isLoopback } from './own-hosts.ts';

/**
 * Options of {@link serveInspector}.
 */
export interface ServeInspectorOptions extends Omit<InspectorOptions, 'basePath'> {
  /**
   * The address to listen at. Any other than a loopback address needs a `token` of yours, and something
   * in front that speaks TLS.
   *
   * @defaultValue `'127.0.0.1'`
   */
  host?: string | undefined;
  /**
   * The port to listen at; 0 for one that is free.
   *
   * @defaultValue 0
   */
  port?: number | undefined;
  /**
   * Hosts that it can be asked at besides its address and port.
   *
   * @defaultValue none
   */
  allowedHosts?: readonly string[] | undefined;
}

/**
 * An inspector that is served.
 */
export interface ServedInspector extends AsyncDisposable {
  /** Where the page is, with the token. */
  readonly url: string;
  /** Leads to the same once, within a minute, and has no token: for a command that opens it. */
  readonly openingUrl: string;
  readonly token: string;
  readonly port: number;
  /** Ends it, with all connections. */
  readonly close: () => Promise<void>;
}

const MOST_PORT = 65_535;

/**
 * Serves an inspector, for this machine alone unless told otherwise.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong: also `token`, where the
 * host can be reached by others and it is left out.
 *
 * @example
 * ```ts
 * import { serveInspector } from 'agents-json-session/inspector';
 *
 * await using inspector = await serveInspector({ url: 'redis://localhost:6379' });
 * console.log(inspector.url); // http://127.0.0.1:49152/#token=…
 * ```
 */
export async function serveInspector(
  options: ServeInspectorOptions = {},
): Promise<ServedInspector> {
  const { host = '127.0.0.1', port = 0, ...rest } = checkArguments(options, 'options');
  checkHost(host, rest.token);
  checkInteger(port, 'port', 0, MOST_PORT);
  // Nothing that is wrong opens a port, not even for a moment.
  resolveInspectorOptions(rest);
  const server = new ListeningServer();
  await server.listen(host, port);
  try {
    return served(server, hostsOf(host, server.port), rest);
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Which hosts are its own is known once it listens. */
function served(
  server: ListeningServer,
  ownHosts: readonly string[],
  { allowedHosts = [], ...options }: InspectorOptions,
): ServedInspector {
  const hosts = [...ownHosts, ...allowedHosts];
  const inspector = createInspector({ ...options, allowedHosts: hosts });
  const { token } = inspector;
  const link = new OpeningLink(`/#token=${token}`);
  const app = new Hono();
  app.get('/open/:code', notStored, ownHostOnly(checkHosts(hosts)), (context) =>
    open(context, link),
  );
  app.route('/', inspector.app);
  server.answer = (request) => app.fetch(request);
  const close = async (): Promise<void> => {
    await inspector.close();
    await server.close();
  };
  const origin = `http://${ownHosts[0]}`;
  return {
    url: `${origin}/#token=${token}`,
    openingUrl: origin + link.path,
    token,
    port: server.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function open(context: Context, link: OpeningLink): Response {
  const target = link.follow(context.req.param('code') ?? '');
  return target === null ? refusal(context, 404, 'not_found') : context.redirect(target);
}

function checkHost(host: unknown, token: string | undefined): void {
  if (typeof host !== 'string' || host === '') {
    throw new InvalidInputError('host', 'must be an address');
  }
  if (!isLoopback(host) && token === undefined) {
    throw new InvalidInputError('token', 'must be given with a host that others can reach');
  }
}
