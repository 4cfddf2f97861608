/**
 * Prints how many tests and checks passed and failed (`12 0`), from the reports that `npm test` and
 * `npm run check` leave under CI. A report that is not there counts as one failure.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { StepResult } from './check.ts';
import { ROOT } from './project.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** The fields of Vitest's JSON report that are read here. */
interface TestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}

function countTests(report: TestReport): Counts {
  const { success, numPassedTests: passed, numFailedTests } = report;
  // A file that does not load and an error outside a test fail the run without a failed test.
  const failed = success ? 0 : Math.max(numFailedTests, 1);
  return { passed, failed };
}

function countChecks(steps: readonly StepResult[]): Counts {
  const passed = steps.filter((step) => step.passed).length;
  return { passed, failed: steps.length - passed };
}

/** A report that is missing counts as one failure. */
function countReport(name: string, count: (report: unknown) => Counts): Counts {
  const path = join(ROOT, '.cache', name);
  if (!existsSync(path)) return { passed: 0, failed: 1 };
  return count(JSON.parse(readFileSync(path, 'utf8')));
}

const tests = countReport('vitest.json', (report) => countTests(report as TestReport));
const checks = countReport('check.json', (report) => countChecks(report as StepResult[]));
console.log(tests.passed + checks.passed, tests.failed + checks.failed);
