/**
 * A real Redis for one test, bench or demo.
 *
 * @module
 */
import { findRedis } from './redis-binary.ts';
import { knowsCommand, redisCommand } from './redis-command.ts';
import { moduleArgs, type ModuleChoice } from './redis-modules.ts';
import { startProcess, type ServerProcess } from './server-process.ts';

/**
 * How to start a server.
 */
export interface RedisOptions {
  /** More arguments of `redis-server`; they override the defaults. */
  args?: string[];
  /** The server's folder, kept at stop. Without it a temporary one is used and removed. */
  dir?: string;
  /** The port; a free one when left out. */
  port?: number;
  /** The modules; JSON and search when left out. */
  modules?: ModuleChoice;
}

/**
 * A running Redis that nobody else uses.
 */
export interface RedisServer {
  /** The URL for clients. */
  readonly url: string;
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** The id of the process, another one after a restart. Send signals with `kill`. */
  readonly pid: number;
  /** The server's folder. */
  readonly dir: string;
  /** The version of Redis. */
  readonly version: string;
  /** Whether RediSearch is loaded. */
  readonly hasSearch: boolean;
  /** Ends the server and removes its folder if that is a temporary one. */
  stop(): Promise<void>;
  /** Sends a signal, for example SIGKILL, SIGSTOP or SIGCONT. */
  kill(signal: NodeJS.Signals): void;
  /** Starts the server again, after ending it if it still runs: same folder, port, arguments. */
  restart(): Promise<void>;
  /** Sends one command; gives a text as it is and every other reply as JSON. */
  cli(...args: string[]): Promise<string>;
}

// No persistence unless a test asks for it.
const DEFAULT_ARGS = ['--save', '', '--appendonly', 'no'];

/**
 * Starts a Redis on 127.0.0.1 that ends with this process at the latest.
 *
 * @param options - How to start it.
 * @returns The server, once it answers.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { args = [], dir, port, modules = 'json+search' } = options;
  const { program } = await findRedis();
  const server = await startProcess({
    program,
    args: [...moduleArgs(program, modules), ...DEFAULT_ARGS, ...args],
    ...(dir !== undefined && { dir }),
    ...(port !== undefined && { port }),
  });
  return describeServer(server);
}

async function describeServer(server: ServerProcess): Promise<RedisServer> {
  const info = await redisCommand(server.url, 'INFO', 'server');
  return {
    url: server.url,
    port: server.port,
    dir: server.dir,
    version: /^redis_version:(.*)\r$/m.exec(info)?.[1] ?? 'unknown',
    hasSearch: await knowsCommand(server.url, 'FT.CREATE'),
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: (signal) => {
      server.kill(signal);
    },
    restart: () => server.restart(),
    cli: (...command) => redisCommand(server.url, ...command),
  };
}
