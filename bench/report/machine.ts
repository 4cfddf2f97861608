/**
 * On what was measured.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { cpus, type } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../../scripts/project.ts';
import type { Place } from '../place/place.ts';

const PACKAGES = ['redis', '@openai/agents-core', '@langchain/redis'];
const PYTHON_PACKAGES = ['redis-openai-agents', 'openai-agents', 'redis'];

/**
 * Names the machine and the versions, in a line.
 */
export async function machineLine({ client, python }: Place): Promise<string> {
  const [cpu] = cpus();
  const server = await client.info('server');
  const redis = /^redis_version:(\S+)/m.exec(server)?.[1];
  const versions = PACKAGES.map((name) => `\`${name}\` ${installedVersion(name)}`);
  return [
    `${cpus().length} × ${cpu?.model.trim()}, ${type()}`,
    `Node ${process.versions.node}, Redis ${redis}, SQLite ${process.versions.sqlite}`,
    versions.join(', '),
    python === null ? 'no Python' : `Python: ${pythonVersions().join(', ')}`,
  ].join('; ');
}

function installedVersion(name: string): string {
  const path = join(ROOT, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

function pythonVersions(): string[] {
  const path = join(ROOT, 'bench/peers/python/requirements.txt');
  const lines = readFileSync(path, 'utf8').split('\n');
  return PYTHON_PACKAGES.flatMap((name) => {
    const line = lines.find((one) => one.startsWith(`${name}==`));
    return line === undefined ? [] : [`\`${line.replace('==', '` ')}`];
  });
}
