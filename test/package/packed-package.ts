/**
 * The package as npm would publish it, from the sources as they are.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'tsdown';

import { ROOT } from '../../scripts/project.ts';

const run = promisify(execFile);

/** What npm packs beside what is built. */
const FILES = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/**
 * Builds and packs in a folder of its own: what is in `dist/` may be old, and in use.
 *
 * @param folder - Where to work.
 * @returns The path of the tarball.
 */
export async function packPackage(folder: string): Promise<string> {
  const copies = FILES.map((file) => cp(join(ROOT, file), join(folder, file)));
  const config = join(ROOT, 'tsdown.config.ts');
  const built = build({ config, cwd: ROOT, outDir: join(folder, 'dist'), logLevel: 'error' });
  await Promise.all([...copies, built]);

  const args = ['pack', '--json', '--ignore-scripts'];
  const { stdout } = await run('npm', args, { cwd: folder });
  const [pack] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, pack.filename);
}
