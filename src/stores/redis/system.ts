/**
 * Which server and database a client leads to, as its options say.
 *
 * @module
 */
import type { StoreSystem } from '../../store-system.ts';
import type { RedisClientLike } from './clients/client.ts';

const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = 6379;

/** Where a server listens, as both client libraries call it. */
interface Place {
  readonly host?: string;
  readonly port?: number;
  /** Of a Unix socket. */
  readonly path?: string;
}

/** What is used of the options of a client. */
interface NodeRedisOptions {
  readonly socket?: Place;
  readonly database?: number;
}

interface IORedisOptions extends Place {
  readonly db?: number;
  readonly sentinels?: unknown;
}

/**
 * Gives what is known of the server behind a client: nothing but that it is Redis where it may be one
 * of several.
 */
export function systemOf(client: RedisClientLike): StoreSystem {
  if ('send' in client) return client.system?.() ?? { name: 'redis' };
  const isShared = ['masters', 'nodes', 'getMasterNode', 'execute'].some((name) => name in client);
  if (isShared || !('options' in client)) return { name: 'redis' };
  const options = client.options as NodeRedisOptions & IORedisOptions;
  if (!('call' in client)) return singleServer(options.socket ?? {}, options.database);
  const { db, sentinels, ...place } = options;
  return Array.isArray(sentinels) ? { name: 'redis' } : singleServer(place, db);
}

/**
 * Gives what an address says of its server.
 *
 * @param url - A `redis:` or `rediss:` URL that clients can use.
 */
export function systemOfUrl(url: string): StoreSystem {
  const { hostname, port, pathname } = new URL(url);
  // Brackets belong to the URL, not to the address.
  const host = hostname.replaceAll(/[[\]]/g, '');
  const place = { host, ...(port !== '' && { port: Number(port) }) };
  return singleServer(place, Number(pathname.slice(1)));
}

function singleServer({ host, port, path }: Place, database = 0): StoreSystem {
  const server =
    path == null
      ? { address: host ?? DEFAULT_HOST, port: port ?? DEFAULT_PORT }
      : { address: path };
  return { name: 'redis', namespace: String(database), ...server };
}
