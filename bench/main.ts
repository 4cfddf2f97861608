/**
 * Measures sessions against their peers (`npm run bench`).
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { type BenchOptions, readOptions } from './options.ts';
import { openPlace } from './place/open-place.ts';
import { type Measured, sectionOf, writeDocuments } from './report/documents.ts';
import { machineLine } from './report/machine.ts';
import { WORKS } from './works/index.ts';
import type { Findings, Work } from './works/work.ts';

/** What a full run measures behind the works: programs that write a part of the documents each. */
const FURTHER = ['blocking.ts', 'import-time.ts'];

const options = readOptions(process.argv.slice(2), WORKS);
if (options.help === null) {
  await measureAll(options);
  if (options.isFull) FURTHER.forEach(runProgram);
} else console.log(options.help);

async function measureAll({ works, pace, isFull, omitted }: BenchOptions): Promise<void> {
  await using open = await openPlace();
  const remarks = [`Measured on: ${await machineLine(open.place)}.`];
  if (open.withoutPython !== null) {
    remarks.push(`Rows of Python packages are left out: ${open.withoutPython}.`);
  }
  console.log([...omitted, ...remarks, ''].join('\n'));
  const measured: Measured[] = [];
  for (const work of works) {
    const findings = await tryWork(work, async () => work.measure(open.place, pace));
    await open.clear();
    if (findings === null) continue;
    measured.push({ work, findings });
    console.log(`${sectionOf({ work, findings })}\n`);
  }
  console.log([...omitted, summaryOf(measured)].join('\n'));
  if (!isFull) return;
  if (measured.length < works.length)
    throw new Error('Nothing was written: some works have failed');
  await writeDocuments(measured, remarks);
}

function runProgram(name: string): void {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, name)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}

/** One that fails does not keep the others from being measured. */
async function tryWork(work: Work, measure: () => Promise<Findings>): Promise<Findings | null> {
  const start = performance.now();
  try {
    return await measure();
  } catch (error) {
    process.exitCode = 1;
    console.error(`${work.name} failed:`, error);
    return null;
  } finally {
    console.error(`${work.name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}

function summaryOf(measured: readonly Measured[]): string {
  const goals = measured.flatMap(({ findings }) => findings.rows).filter(({ goal }) => goal);
  const reached = goals.filter(({ goal, ratio }) => goal?.isReached(ratio.median));
  return `${reached.length} of ${goals.length} goals reached`;
}
