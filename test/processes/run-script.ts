/**
 * A process of its own for a few lines of code: how it exits is part of what is tested.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { NODE_FLAGS } from './node-flags.ts';

/** No process of these tests lives this long by itself. */
const KILL_AFTER_MS = 20_000;

/**
 * How a script ended.
 */
export interface ScriptEnd {
  /** The exit code, or null when it did not end by itself. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  /** Milliseconds from its last line of output to its exit. */
  readonly lingered: number;
}

/**
 * Where a script runs.
 */
export interface ScriptOptions {
  readonly cwd?: string;
  /** The folder with the package's sources; those of this project when left out. */
  readonly sources?: string;
  /** Replaces what these variables are in this process; undefined removes one. */
  readonly env?: Record<string, string | undefined>;
  /** User and group to run as; only root can choose. */
  readonly uid?: number;
  /** Sees each line of output, with what sends a line to the script. */
  readonly onLine?: (line: string, send: (line: string) => void) => void;
}

/** The folder with the package's sources. */
export const SOURCES: string = new URL('../../src/', import.meta.url).href;

/**
 * Runs an ES module until it exits, and ends it when it does not.
 *
 * @param script - The code; `JSONSession`, `closeStores` and `RedisStore` are there.
 * @param options - Where it runs.
 * @returns How it ended.
 */
export async function runScript(script: string, options: ScriptOptions = {}): Promise<ScriptEnd> {
  const { sources = SOURCES } = options;
  // node-redis is loaded by then, so that no short time of a call has to do for that.
  const imports = `import '${import.meta.resolve('redis')}';
    import { JSONSession, closeStores } from '${sources}index.ts';
    import { RedisStore } from '${sources}stores/redis/index.ts';`;
  return runModule(`${imports}\n${script}`, options);
}

/**
 * Runs an ES module that imports what it needs until it exits, and ends it when it does not.
 *
 * @param code - The code.
 * @param options - Where it runs.
 * @returns How it ended.
 */
export async function runModule(
  code: string,
  options: Omit<ScriptOptions, 'sources'> = {},
): Promise<ScriptEnd> {
  const { cwd, env = {}, uid, onLine } = options;
  const child = spawn(process.execPath, [...NODE_FLAGS, '--input-type=module', '--eval', code], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let output = '';
  let errors = '';
  let lastOutput = performance.now();
  let partial = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lastOutput = performance.now();
    output += text;
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) onLine?.(line, (reply) => child.stdin.write(`${reply}\n`));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  // A script that has ended reads nothing any more.
  child.stdin.on('error', () => {});
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const exitCode = await promise;
  clearTimeout(timer);
  return { code: exitCode, output, errors, lingered: performance.now() - lastOutput };
}
