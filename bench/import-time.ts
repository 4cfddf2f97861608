/**
 * What an import of the package costs a process that has loaded the SDK's core (`npm run bench:import`).
 * Processes take turns, so that a machine whose speed drifts treats all alike.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { spreadOf } from './measuring/spread.ts';
import { writeSection } from './report/documents.ts';
import { table } from './report/table.ts';

const ROUNDS = 15;
const CORE = '@openai/agents-core';
const PACKAGE = 'agents-json-session';
const CLIENTS = ['redis', 'ioredis'];
const SUBJECTS = [CORE, PACKAGE, `${PACKAGE}/redis`, `${PACKAGE}/sqlite`, ...CLIENTS];

/** What one import took: milliseconds by the clock, and of the processor. */
interface Cost {
  readonly wall: number;
  readonly processor: number;
}

/** Imports in a new process: the core alone, or something after it. */
function importOnce(subject: string): Cost {
  const before = subject === CORE ? '' : `await import('${CORE}');`;
  const code = `${before}
    const start = performance.now();
    const used = process.cpuUsage();
    await import('${subject}');
    const { user, system } = process.cpuUsage(used);
    console.log(JSON.stringify({
      wall: performance.now() - start,
      processor: (user + system) / 1000,
    }));`;
  const args = ['--input-type=module', '--eval', code];
  const cwd = new URL('..', import.meta.url);
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })) as Cost;
}

function measure(rounds: number): Map<string, Cost[]> {
  const costs = new Map<string, Cost[]>(SUBJECTS.map((subject) => [subject, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const subject of SUBJECTS) {
      const cost = importOnce(subject);
      // The first round fills the file cache.
      if (round >= 0) costs.get(subject)?.push(cost);
    }
  }
  return costs;
}

function toLine([subject, costs]: [string, Cost[]]): string[] {
  const wall = spreadOf(costs.map((cost) => cost.wall)).median.toFixed(0);
  const processor = spreadOf(costs.map((cost) => cost.processor)).median.toFixed(0);
  const what = subject === CORE ? `${subject} alone` : `+ ${subject}`;
  return [what, `${wall} ms`, `${processor} ms`];
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: String(ROUNDS) } } });
const rounds = Number(values.rounds);
const text = [
  `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}; medians of ${rounds} processes each.`,
  '',
  table(['Import', 'Time', 'Of the processor'], [...measure(rounds)].map(toLine)),
].join('\n');
console.log(text);
if (rounds === ROUNDS) await writeSection('import', text);
