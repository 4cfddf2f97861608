/**
 * The packed package in Bun and in Deno: the contract over Redis, every subpath, a session in a file.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

import { Consumer, outputOf } from '../package/consumer.ts';
import { CASES, SUBPATHS } from '../package/packed-content.ts';
import { ownRedis } from '../servers/own-redis.ts';
import { installedRuntime, type RuntimeName } from './installed-runtime.ts';

const REDIS = { REDIS_URL: (await ownRedis()).url };
const INSTALL_MS = 300_000;

const IMPORTS = `
const counts = [];
for (const subpath of ${JSON.stringify(SUBPATHS)}) {
  counts.push(Object.keys(await import(subpath)).length);
}
console.log(JSON.stringify(counts));
`;

const FILE_SESSION = `
import { JSONSession } from 'agents-json-session';
await using session = await JSONSession.open({ url: 'sqlite:sessions.db', sessionId: 'chat' });
await session.addItems([{ role: 'user', content: 'Hello' }]);
console.log(JSON.stringify(await session.getItems()));
`;

describe.each<[RuntimeName, readonly string[]]>([
  ['bun', ['run']],
  ['deno', ['run', '--allow-all', '--no-check']],
])('%s', (name, args) => {
  let program: string;
  let consumer: Consumer;

  beforeAll(async () => {
    program = await installedRuntime(name);
    consumer = await Consumer.copy('typescript');
    await writeFile(join(consumer.folder, 'imports.ts'), IMPORTS);
    await writeFile(join(consumer.folder, 'file-session.ts'), FILE_SESSION);
  }, INSTALL_MS);

  const run = async (file: string): Promise<unknown> =>
    JSON.parse(await outputOf(consumer.run(program, [...args, file], REDIS)));

  test('imports every subpath', async () => {
    const counts = (await run('imports.ts')) as number[];

    expect(counts).toHaveLength(SUBPATHS.length);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  test('keeps a session in a file', async () => {
    expect(await run('file-session.ts')).toEqual([{ role: 'user', content: 'Hello' }]);
  });

  test('holds the contract over Redis', async () => {
    const { passed, failures } = (await run('contract.ts')) as Record<string, string[]>;

    expect(failures).toEqual([]);
    expect(passed).toHaveLength(CASES);
  });
});
