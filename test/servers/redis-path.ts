/**
 * Redis servers on the PATH.
 *
 * @module
 */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { firstExecutable, isExecutable, programOnPath } from '../processes/programs.ts';
import type { ModuleFiles, NativeProgram } from './redis-program.ts';

/**
 * Finds Redis Stack and Redis on the PATH.
 *
 * @returns What it found, Redis Stack first.
 */
export function programsOnPath(): NativeProgram[] {
  return [stackOnPath(), serverOnPath()].filter((program) => program !== undefined);
}

/**
 * Finds `redis-server` on the PATH, with the modules that lie beside it.
 *
 * @returns The program if there is one.
 */
export function serverOnPath(): NativeProgram | undefined {
  const file = onPath('redis-server');
  if (file === undefined) return undefined;
  const root = dirname(dirname(file));
  const folders = [join(root, 'lib/redis/modules'), join(root, 'lib'), '/usr/lib/redis/modules'];
  return { kind: 'native', file, modules: modulesIn(folders) };
}

// `redis-stack-server` is a script that always loads all its modules. The server and the modules
// that it starts can be used on their own.
function stackOnPath(): NativeProgram | undefined {
  const script = onPath('redis-stack-server');
  if (script === undefined) return undefined;
  const root = dirname(dirname(script));
  const file = join(root, 'bin', 'redis-server');
  return isExecutable(file)
    ? { kind: 'native', file, modules: modulesIn([join(root, 'lib')]) }
    : undefined;
}

function modulesIn(folders: readonly string[]): ModuleFiles {
  const json = firstExecutable(folders.map((folder) => join(folder, 'rejson.so')));
  const search = firstExecutable(folders.map((folder) => join(folder, 'redisearch.so')));
  return { ...(json !== undefined && { json }), ...(search !== undefined && { search }) };
}

function onPath(name: string): string | undefined {
  const file = programOnPath(name);
  return file === undefined ? undefined : realpathSync(file);
}
