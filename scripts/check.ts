/**
 * Runs every check of the project but the tests (`npm run check`) and sums up.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

import { ROOT } from './project.ts';

/**
 * Scripts of package.json. The lanes run side by side; in a lane each step runs after the one before
 * it, as publint, attw, the sizes and the report need the build.
 */
const LANES = [
  [
    'build',
    'check:publint',
    'check:attw',
    'check:size',
    'check:api',
    'check:generated',
    'check:format',
    'check:typedoc',
    'check:docs',
    'check:links',
  ],
  ['lint', 'types', 'types:lowest', 'check:knip'],
];

/**
 * What became of one step; `.ci/run` counts these.
 */
export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
}

async function runLane(steps: readonly string[]): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) results.push(await runStep(step));
  return results;
}

async function runStep(name: string): Promise<StepResult> {
  const start = performance.now();
  const { passed, output } = await runScript(name);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${passed ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${seconds} s`);
  if (!passed) console.log(output.trimEnd());
  return { name, passed };
}

function runScript(name: string): Promise<{ passed: boolean; output: string }> {
  return new Promise((resolve) => {
    // `node --run` starts a script of package.json without the half second that npm takes.
    const options = { cwd: ROOT, maxBuffer: Infinity };
    execFile(process.execPath, ['--run', name], options, (error, stdout, stderr) => {
      resolve({ passed: error === null, output: stdout + stderr });
    });
  });
}

function report(results: readonly StepResult[]): void {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  writeFileSync(join(ROOT, '.cache/check.json'), JSON.stringify(results));

  const failed = results.filter((result) => !result.passed).map((result) => result.name);
  const summary = failed.length === 0 ? 'all passed' : `failed: ${failed.join(', ')}`;
  console.log(`\n${results.length} checks, ${summary}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

const lanes = await Promise.all(LANES.map(runLane));
report(lanes.flat());
