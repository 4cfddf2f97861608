/**
 * A process that makes calls, round by round, until it is told to pause.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'redis';
import { closeStores } from '../../src/index.ts';
import { type OpenWay, WAYS } from '../faults/ways.ts';
import { Caller, type CallerOptions } from './caller.ts';
import type { Connection } from './moves.ts';
import { mixedSeed, plannedCalls } from './plan.ts';
import { Stalls } from './stalls.ts';
import type { FromWorker, Memory, Round, WorkerTask } from './worker-process.ts';

/** The last of the callers of a process gives up soon. */
const TIMEOUTS_MS = [5000, 5000, 400];

type Python = Connection & { destroy(): void };

/** What the process has open. */
interface Opened {
  readonly way: OpenWay | null;
  readonly python: Python | null;
}

const task = JSON.parse(process.argv[2] ?? '{}') as WorkerTask;
const opened = Promise.withResolvers<Opened>();
const stalls = new Stalls();
const state = { isPaused: true };
let work: Promise<unknown> = Promise.resolve();

function tell(message: FromWorker): void {
  process.send?.(message);
}

/** Like the Python class's, its commands are sent once or not at all. */
async function openPython(url: string): Promise<Python> {
  const client = createClient({ url, disableOfflineQueue: true }).on('error', () => {});
  await client.connect();
  return client;
}

async function openWay({ url, way }: WorkerTask): Promise<OpenWay | null> {
  // The first way is the library's own, which shares its connection.
  return way === 0 ? null : ((await WAYS[way]?.open(url)) ?? null);
}

async function callWithoutEnd(options: CallerOptions, seed: number): Promise<void> {
  const caller = new Caller(options);
  for (const planned of plannedCalls(seed, task.sessions, task.isRedis)) {
    if (state.isPaused) break;
    await delay(planned.pause * task.pace);
    await caller.make(planned);
  }
  await caller.close();
}

async function open(): Promise<Opened> {
  return { way: await openWay(task), python: task.isRedis ? await openPython(task.url) : null };
}

async function play({ number, keyPrefix, log }: Round): Promise<void> {
  const { way, python } = await opened.promise;
  const place = way === null ? { url: task.url, keyPrefix } : { store: way.store, keyPrefix };
  const { name, isRedis } = task;
  await Promise.all(
    TIMEOUTS_MS.map((timeoutMs, lane) => {
      const writer = `${name}${String.fromCharCode(97 + lane)}`;
      const seed = mixedSeed(task.seed, number, lane);
      const options = { writer, isRedis, place, timeoutMs, log, python, stalls };
      return callWithoutEnd(options, seed);
    }),
  );
}

/** Whatever keeps the process alive after this was left behind by the library. */
async function end(): Promise<void> {
  const { way, python } = await opened.promise;
  await way?.end();
  python?.destroy();
  await closeStores();
  process.off('disconnect', exit);
  process.disconnect();
}

function memory(): Memory {
  // Started with --expose-gc: what is left is what something holds.
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed };
}

const exit = (): void => process.exit();
process.once('disconnect', exit);
process.on('message', (message: Round | 'pause' | 'end') => {
  if (message === 'pause') {
    state.isPaused = true;
    void work.then(() => tell(memory()));
  } else if (message === 'end') {
    void work.then(end);
  } else {
    state.isPaused = false;
    work = play(message);
  }
});
opened.resolve(await open());
tell('ready');
