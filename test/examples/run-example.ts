/**
 * Runs an example as a process of its own, as its reader would.
 *
 * @module
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const USE_SOURCES = new URL('./use-sources.ts', import.meta.url).href;
/** The choices of whoever runs the tests must not reach the examples. */
const UNSET = ['REDIS_URL', 'OPENAI_API_KEY', 'NODE_ENV', 'FORCE_COLOR', 'VITEST'];

type ExampleProcess = ChildProcessByStdio<null, Readable, Readable>;

/**
 * How to run an example.
 */
export interface ExampleOptions {
  /** The working directory, where the embedded store keeps its file. */
  readonly cwd: string;
  readonly args?: readonly string[];
  readonly environment?: Record<string, string>;
  /** URLs of modules that are imported before. */
  readonly imports?: readonly string[];
}

/**
 * What an example did.
 */
export interface ExampleResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts an example.
 *
 * @param file - Its path from the folder of the examples.
 */
export function startExample(file: string, options: ExampleOptions): ExampleProcess {
  const { cwd, args = [], environment = {}, imports = [] } = options;
  const nodeOptions = [USE_SOURCES, ...imports].map((url) => `--import ${url}`).join(' ');
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_OPTIONS: nodeOptions };
  for (const name of UNSET) delete env[name];
  return spawn(process.execPath, [join(EXAMPLES, file), ...args], {
    cwd,
    env: { ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * Runs an example to its end.
 *
 * @param file - Its path from the folder of the examples.
 */
export async function runExample(file: string, options: ExampleOptions): Promise<ExampleResult> {
  const child = startExample(file, options);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { exitCode: child.exitCode, stdout, stderr };
}
