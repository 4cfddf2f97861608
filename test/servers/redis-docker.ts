/**
 * Redis from Docker.
 *
 * @module
 */
import type { DockerProgram } from './redis-program.ts';
import { runCommand } from './run-command.ts';

const IMAGE = 'redis:8';
const MODULES = '/usr/local/lib/redis/modules';
const INFO_TIMEOUT_MS = 3_000;
const PULL_TIMEOUT_MS = 300_000;

/**
 * Makes the image ready for use.
 *
 * @returns The image with its modules.
 * @throws Error when Docker does not answer soon or cannot get the image.
 */
export async function dockerProgram(): Promise<DockerProgram> {
  const info = await runCommand(
    'docker',
    ['info', '--format', '{{.OperatingSystem}} {{.SecurityOptions}}'],
    INFO_TIMEOUT_MS,
  );
  await pullOnce();
  return {
    kind: 'docker',
    image: IMAGE,
    hostNetwork: process.platform === 'linux' && !/docker desktop|rootless/i.test(info),
    modules: { json: `${MODULES}/rejson.so`, search: `${MODULES}/redisearch.so` },
  };
}

async function pullOnce(): Promise<void> {
  try {
    await runCommand('docker', ['image', 'inspect', IMAGE], INFO_TIMEOUT_MS);
  } catch {
    await runCommand('docker', ['pull', '--quiet', IMAGE], PULL_TIMEOUT_MS);
  }
}
