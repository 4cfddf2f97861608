/**
 * Builds the page of the inspector where it is not built of what is there now.
 *
 * @module
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

import pageConfig from '../inspector-ui/vite.config.ts';
import { ROOT } from './project.ts';

const SOURCES = join(ROOT, 'inspector-ui');
const BUILT = join(ROOT, 'dist/inspector-ui/index.html');

/** Builds it to `dist/inspector-ui`, unless that is newer than every source. */
export async function buildPage(): Promise<void> {
  if (changedAt(BUILT) > newestSource()) return;
  await build({ ...pageConfig, configFile: false, logLevel: 'warn' });
}

function newestSource(): number {
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true });
  return Math.max(...files.map((file) => changedAt(join(file.parentPath, file.name))));
}

/** Milliseconds of Unix time, or 0 where there is no such file. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
