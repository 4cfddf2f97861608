/**
 * One Redis process: spawned, awaited, signalled, ended by its id.
 *
 * @module
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { onParentDeath } from './parent-death.ts';
import { redisCommand } from './redis-command.ts';
import { bindAddress, launch, type Launch, type RedisProgram } from './redis-program.ts';

const START_DEADLINE_MS = 30_000;
const POLL_MS = 25;
// Long enough for a busy machine: attempts that were given up would hold up those after them.
const ANSWER_MS = 10_000;
// A server that waits for a stopped replica, or cannot save, answers SIGTERM late or never.
const GRACE_MS = 2_000;
const PORT_ATTEMPTS = 10;
const CONFIG_FILE = 'server.conf';

/**
 * What to start.
 */
export interface ProcessOptions {
  program: RedisProgram;
  /** Lines of the configuration file, which the arguments override. */
  config?: readonly string[];
  args?: readonly string[];
  /** The server's folder; a temporary one when left out. */
  dir?: string;
  /** A free one when left out. */
  port?: number;
}

/**
 * Starts a server and waits until it answers.
 *
 * @param options - What to start.
 * @returns The running process.
 * @throws Error with the end of the server's log when it does not start.
 */
export async function startProcess(options: ProcessOptions): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const server = await ServerProcess.create(options);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      const retry = error instanceof PortTakenError && options.port === undefined;
      if (!retry || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

class PortTakenError extends Error {}

/**
 * One Redis process in its folder, on its port.
 */
export class ServerProcess {
  /** The server's folder. */
  readonly dir: string;
  /** The port on 127.0.0.1. */
  readonly port: number;
  readonly #options: ProcessOptions;
  readonly #releaseDir: (() => void) | undefined;
  #child: ChildProcess | undefined;
  #launch: Launch | undefined;

  private constructor(options: ProcessOptions, dir: string, port: number) {
    this.#options = options;
    this.dir = dir;
    this.port = port;
    this.#releaseDir = this.#isTemporary ? onParentDeath(['rm', '-rf', dir]) : undefined;
  }

  /**
   * Prepares the folder and the port.
   *
   * @param options - What to start later.
   * @returns A process that is not yet running.
   */
  static async create(options: ProcessOptions): Promise<ServerProcess> {
    const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'agents-json-session-')));
    await mkdir(dir, { recursive: true });
    const port = options.port ?? (await freePort());
    return new ServerProcess(options, realpathSync(dir), port);
  }

  /** The id of the process; under Docker, of the client that waits for the container. */
  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  /** The URL for clients, with the password that `--requirepass` sets. */
  get url(): string {
    const args = this.#options.args ?? [];
    const flag = args.indexOf('--requirepass');
    const password = flag === -1 ? undefined : args[flag + 1];
    const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
    return `redis://${login}127.0.0.1:${this.port}`;
  }

  /**
   * Spawns the server and waits until it answers PING.
   */
  async start(): Promise<void> {
    await this.#writeConfig();
    const logStart = this.#readLog().length;
    const child = this.#spawn();
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!(await this.#answers())) {
      if (hasEnded(child)) throw this.#startError('ended at its start', logStart);
      if (Date.now() > deadline) throw this.#startError('does not answer', logStart);
      await delay(POLL_MS);
    }
  }

  /**
   * Sends a signal to the server.
   *
   * @param signal - The signal.
   */
  kill(signal: NodeJS.Signals): void {
    if (this.#child === undefined || hasEnded(this.#child)) return;
    this.#launch?.signal(this.pid, signal);
  }

  /**
   * Ends the server if it still runs and starts it again: same folder, port and arguments.
   */
  async restart(): Promise<void> {
    await this.#end(true);
    await this.start();
  }

  /**
   * Ends the server and removes its folder if that is a temporary one.
   */
  async stop(): Promise<void> {
    await this.#end(!this.#isTemporary);
    if (!this.#isTemporary) return;
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
    this.#releaseDir?.();
  }

  get #isTemporary(): boolean {
    return this.#options.dir === undefined;
  }

  get #configFile(): string {
    return join(this.dir, CONFIG_FILE);
  }

  get #logFile(): string {
    return join(this.dir, 'server.log');
  }

  async #writeConfig(): Promise<void> {
    const lines = this.#options.config ?? [];
    // A file that is there may hold what the server itself wrote: CONFIG REWRITE, or a sentinel.
    await writeFile(this.#configFile, lines.map((line) => `${line}\n`).join(''), {
      flag: 'wx',
    }).catch(ignoreExisting);
  }

  #spawn(): ChildProcess {
    const { program, args = [] } = this.#options;
    this.#launch = launch(program, this.dir, this.port, [
      this.#configFile,
      ...['--port', String(this.port), '--bind', bindAddress(program)],
      ...['--protected-mode', 'no', '--daemonize', 'no', '--dir', this.dir],
      ...args,
    ]);
    const log = openSync(this.#logFile, 'a');
    const child = spawn(this.#launch.command, this.#launch.args, {
      env: this.#launch.env,
      // Ctrl-C in a terminal must reach the tests only, which then stop the server.
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#watch(child, this.#launch);
    return child;
  }

  #watch(child: ChildProcess, how: Launch): void {
    this.#child = child;
    child.unref();
    child.on('error', () => {});
    if (child.pid === undefined) return;
    const release = onParentDeath(how.signalCommand(child.pid, 'KILL'));
    // From here on the id may belong to another process.
    child.once('exit', release);
  }

  async #answers(): Promise<boolean> {
    const timeout = delay(ANSWER_MS, false, { ref: false });
    return Promise.race([timeout, this.#isReady().catch(() => false)]);
  }

  async #isReady(): Promise<boolean> {
    // Another server may have taken the port in between: only ours has our configuration file.
    const info = await redisCommand(this.url, 'INFO', 'server');
    if (!info.includes(`config_file:${this.#configFile}\r\n`)) return false;
    return (await redisCommand(this.url, 'PING')) === 'PONG';
  }

  async #end(gracefully: boolean): Promise<void> {
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    child.ref();
    const ended = once(child, 'exit');
    if (gracefully) {
      this.kill('SIGCONT');
      this.kill('SIGTERM');
      await Promise.race([ended, delay(GRACE_MS, undefined, { ref: false })]);
    }
    this.kill('SIGKILL');
    await ended;
  }

  #readLog(): string {
    try {
      return readFileSync(this.#logFile, 'utf8');
    } catch {
      return '';
    }
  }

  #startError(what: string, logStart: number): Error {
    const log = this.#readLog().slice(logStart).trimEnd();
    const tail = log.split('\n').slice(-20).join('\n');
    const Kind = /address already in use|port is already allocated/i.test(log)
      ? PortTakenError
      : Error;
    return new Kind(`redis-server on port ${this.port} ${what}. The end of its log:\n${tail}`);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
