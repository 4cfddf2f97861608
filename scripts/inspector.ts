/**
 * Starts the inspector of this clone on the store of the demo (`npm run inspector`), and makes first what
 * is missing: the page, and something to look at.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { buildPage } from './build-page.ts';
import { ROOT } from './project.ts';

const DEMO_FILE = join(ROOT, '.json-session/sessions.db');

/** Runs to the end, and ends this too where it fails. */
function run(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const args = process.argv.slice(2);
const isDemo = !args.includes('--url') && (process.env['REDIS_URL'] ?? '') === '';

await buildPage();
if (isDemo && !existsSync(DEMO_FILE)) run('examples/demo/main.ts');
// Ctrl-C reaches both; the inspector is the one that ends.
process.on('SIGINT', () => {});
run('dist/cli.js', 'inspect', ...args);
