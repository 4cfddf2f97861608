/**
 * The packed package, installed once for all tests of the project `package`.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

import manifest from '../../package.json' with { type: 'json' };
import { packPackage } from './packed-package.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder whose `node_modules` holds the packed package and what its users install with it. */
    installation: string;
  }
}

const run = promisify(execFile);

/** What users install beside the package: the README's peer, and what single subpaths need. */
const BESIDE = ['@openai/agents', '@opentelemetry/api', '@types/node'] as const;

const QUICKLY = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'];

/**
 * Packs the package and installs it.
 *
 * @param project - The project to provide it to.
 * @returns What removes it.
 */
export default async function setUpPackage(project: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'package-')));
  const installation = join(folder, 'installation');
  await Promise.all([mkdir(join(folder, 'pack')), mkdir(installation)]);
  await writeFile(join(installation, 'package.json'), '{ "private": true }');

  const tarball = await packPackage(join(folder, 'pack'));
  const { devDependencies } = manifest;
  const others = BESIDE.map((name) => `${name}@${devDependencies[name]}`);
  await run('npm', ['install', tarball, ...others, ...QUICKLY], { cwd: installation });
  project.provide('installation', installation);
  return () => rm(folder, { recursive: true });
}
