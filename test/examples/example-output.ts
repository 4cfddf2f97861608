/**
 * Runs an example that ends well.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type ExampleOptions, runExample } from './run-example.ts';

/** An empty working directory for the rest of a test. */
async function newFolder(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'examples-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  return cwd;
}

/**
 * Runs an example, by default in a folder of its own, and gives what it prints.
 */
export async function outputOf(
  file: string,
  options: Partial<ExampleOptions> = {},
): Promise<string> {
  const result = await runExample(file, { cwd: options.cwd ?? (await newFolder()), ...options });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return result.stdout;
}
