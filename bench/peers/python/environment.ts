/**
 * The Python packages that are measured, in a folder of their own that git ignores.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../../../scripts/project.ts';
import { runCommand } from '../../../test/servers/run-command.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const TIMEOUT_MS = 600_000;

/**
 * Gives the Python that has the packages, which are installed with the first use; or says why there is
 * none.
 */
export async function findPython(): Promise<{ program: string } | { reason: string }> {
  const folder = join(ROOT, '.cache', `bench-python-${requirementsDigest()}`);
  const program = join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return { program };
  try {
    await rm(folder, { recursive: true, force: true });
    await runCommand('python3', ['-m', 'venv', folder], TIMEOUT_MS);
    console.log('Installing the Python packages (once) …');
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
    await runCommand(program, [...install, '--requirement', REQUIREMENTS], TIMEOUT_MS);
    await writeFile(complete, '');
    return { program };
  } catch (error) {
    return { reason: firstLine(error) };
  }
}

/** Other packages get a folder of their own. */
function requirementsDigest(): string {
  return createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n').find((line) => line.trim() !== '') ?? text;
}
