/**
 * The soak (`npm run soak`): processes make random calls on shared sessions while everything around
 * them breaks, and what they were told is held against what is stored.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onParentDeath } from '../servers/parent-death.ts';
import { ArgumentError, type Arguments, readArguments, USAGE } from './options.ts';
import type { Place } from './place.ts';
import { openRedisPlace } from './redis-place.ts';
import { reportLines } from './report.ts';
import { soak } from './soak.ts';
import { openSqlitePlace } from './sqlite-place.ts';

const MINUTE_MS = 60_000;

async function openPlace(store: Place['name'], folder: string, processes: number): Promise<Place> {
  return store === 'redis' ? openRedisPlace(folder, processes) : openSqlitePlace(folder);
}

/** Gives the number of violations. */
async function soakAll(options: Arguments, folder: string): Promise<number> {
  const { minutes, processes, sessions, seed, stores } = options;
  console.log(
    `soak: ${minutes} minutes, ${processes} processes, ${sessions} sessions, seed ${seed}`,
  );
  let violations = 0;
  for (const store of stores) {
    const own = join(folder, store);
    mkdirSync(own);
    const place = await openPlace(store, own, processes);
    const report = await soak(place, {
      processes,
      sessions,
      seed,
      folder: own,
      milliseconds: (minutes * MINUTE_MS) / stores.length,
      onProgress: (line) => process.stdout.isTTY && console.log(line),
    });
    console.log(`\n${reportLines(report).join('\n')}`);
    violations += report.violations.length;
  }
  return violations;
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), 'agents-json-session-soak-'));
  const release = onParentDeath(['rm', '-rf', folder]);
  const violations = await soakAll(options, folder);
  if (violations === 0) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  else console.log(`\nWhat the workers noted is in ${folder}`);
  release();
  process.exitCode = violations === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof ArgumentError ? `${error.message}\n${USAGE}` : error);
  process.exitCode = 2;
}
