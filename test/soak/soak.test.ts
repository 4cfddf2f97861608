import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { NODE_FLAGS } from '../processes/node-flags.ts';
import { readArguments } from './options.ts';
import { type PlannedCall, plannedCalls, profileOf } from './plan.ts';
import { WorkerProcess } from './worker-process.ts';

const MAIN = new URL('main.ts', import.meta.url).pathname;
/** Processes that begin on a busy machine take longer than the soak itself. */
const PATIENCE_MS = 240_000;

async function runSoak(...args: string[]): Promise<{ code: number; output: string }> {
  const command = [...NODE_FLAGS, MAIN, ...args];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command);
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

test(
  'a small soak of both stores finds nothing wrong, and says what it did',
  async () => {
    const size = ['--processes', '3', '--sessions', '10', '--seed', '3'];
    const { code, output } = await runSoak('--minutes', '0.34', ...size);
    expect(output).toContain('seed 3');
    for (const store of ['redis', 'sqlite']) {
      expect(output).toMatch(new RegExp(`^${store}: [1-9]\\d* calls in \\d+ s`, 'm'));
    }
    expect(output).toMatch(/^addItems +\d+ +[1-9]/m);
    expect(output.match(/^faults: [1-9]/gm)).toHaveLength(2);
    expect(output.match(/^violations: .*/gm)).toEqual(['violations: 0', 'violations: 0']);
    expect(code).toBe(0);
  },
  PATIENCE_MS,
);

test.for([
  ['--minutes=0', 'minutes'],
  ['--processes=1.5', 'processes'],
  ['--sessions=none', 'sessions'],
  ['--seed=-1', 'seed'],
  ['--store=mysql', 'store'],
  ['--speed=2', 'speed'],
])('%s is refused with the name of what is wrong', ([argument, name]) => {
  expect(() => readArguments([argument!])).toThrow(`--${name}`);
});

test('a wrong argument ends the command with how it is used', async () => {
  const { code, output } = await runSoak('--store=mysql');
  expect(code).toBe(2);
  expect(output).toContain('npm run soak');
});

function firstCalls(seed: number, count: number): PlannedCall[] {
  const plan = plannedCalls(seed, 200, true);
  return Array.from({ length: count }, () => plan.next().value as PlannedCall);
}

test('the same seed gives the same calls, and another one others', () => {
  expect(firstCalls(1, 500)).toEqual(firstCalls(1, 500));
  expect(firstCalls(1, 500)).not.toEqual(firstCalls(2, 500));
});

test('nothing is removed from a session that keeps everything', () => {
  const removing = new Set(['popItem', 'popTurn', 'undoTo', 'replace', 'clear', 'delete']);
  const kinds = Map.groupBy(firstCalls(1, 5000), ({ session }) => profileOf(session, true));
  const isRemoved = (profile: string): boolean =>
    [...kinds].some(
      ([name, own]) => name === profile && own.some(({ kind }) => removing.has(kind)),
    );
  expect(['kept', 'expiring', 'popped', 'any', 'python'].filter(isRemoved)).toEqual([
    'popped',
    'any',
    'python',
  ]);
});

test('a worker that ends by itself is told from one that was ended', async () => {
  const task = { seed: 1, isRedis: true, sessions: 1, pace: 1, way: 1, url: 'nowhere' };
  const failing = new WorkerProcess({ ...task, name: 'w0' });
  await failing.untilReady();
  expect(failing.mishap).toMatch(/^ended by itself \(1\)/);

  const killed = new WorkerProcess({ ...task, name: 'w1' });
  await killed.kill();
  expect(killed.mishap).toBeNull();
});
