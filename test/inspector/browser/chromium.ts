/**
 * A real browser: one that is there, or Debian's, which is installed where it is missing.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

import { firstExecutable, programOnPath } from '../../processes/programs.ts';

const execute = promisify(execFile);

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ON_MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const NEEDED =
  'The tests of the inspector need a browser: install Chromium or Chrome, or set CHROMIUM_PATH.';
/** Another process may be installing something. */
const WAIT_FOR_LOCK = ['-o', 'DPkg::Lock::Timeout=300'];

/** Milliseconds that the installation may take. */
const INSTALL_MS = 600_000;

/** Starts a browser, which is to be closed. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = installedBrowser() ?? (await installBrowser());
  // Chromium does not run as root in a sandbox of its own.
  const args = isRoot() ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

function installedBrowser(): string | undefined {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') return given;
  const [onPath] = NAMES.flatMap((name) => programOnPath(name) ?? []);
  return onPath ?? firstExecutable([ON_MACOS]);
}

async function installBrowser(): Promise<string> {
  if (!isRoot() || !existsSync('/etc/debian_version')) throw new Error(NEEDED);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, timeout: INSTALL_MS, maxBuffer: Infinity };
  await execute('apt-get', [...WAIT_FOR_LOCK, 'update'], options);
  await execute(
    'apt-get',
    [...WAIT_FOR_LOCK, 'install', '-y', '--no-install-recommends', 'chromium'],
    options,
  );
  const installed = installedBrowser();
  if (installed === undefined) throw new Error(NEEDED);
  return installed;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
