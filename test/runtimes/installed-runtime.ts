/**
 * Runtimes other than Node, from npm, kept in `.cache/` from one run to the next.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ROOT } from '../../scripts/project.ts';

const run = promisify(execFile);

/** The name of its package, and of its program. */
export type RuntimeName = keyof typeof VERSIONS;

const VERSIONS = { bun: '1.4.5', deno: '2.9.6' } as const;

/**
 * Installs a runtime where it is not yet, and gives the path of its program.
 *
 * @throws Error when the registry does not have it.
 */
export async function installedRuntime(name: RuntimeName): Promise<string> {
  const version = VERSIONS[name];
  const folder = join(ROOT, '.cache/runtimes', `${name}-${version}`);
  const program = join(folder, 'node_modules/.bin', name);
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  const quickly = ['--no-audit', '--no-fund', '--no-package-lock', '--no-save'];
  await run('npm', ['install', '--prefix', folder, `${name}@${version}`, ...quickly]);
  return program;
}
