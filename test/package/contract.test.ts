/**
 * The contract of a store over Redis, as the packed package has it, in each of its users' ways.
 */
import { describe, expect, test } from 'vitest';

import { ownRedis } from '../servers/own-redis.ts';
import { Consumer, outputOf } from './consumer.ts';
import { CASES } from './packed-content.ts';

const REDIS = { REDIS_URL: (await ownRedis()).url };

// One after another: all of the contract in one process keeps a core busy.
describe('the contract holds over Redis', () => {
  test('in strict TypeScript', async () => {
    const consumer = await Consumer.copy('typescript');
    const output = await outputOf(consumer.node(['contract.ts'], REDIS));
    const { passed, failures } = JSON.parse(output) as { passed: string[]; failures: string[] };

    expect(failures).toEqual([]);
    expect(passed).toHaveLength(CASES);
  });

  test.each([
    ['plain JavaScript', 'javascript', 'contract.js'],
    ['CommonJS', 'commonjs', 'contract.cjs'],
  ])('in %s', async (_language, folder, file) => {
    const consumer = await Consumer.copy(folder);
    const { exitCode, stdout, stderr } = await consumer.node([file], REDIS);

    expect(stdout.split('\n').filter((line) => line.includes('✖'))).toEqual([]);
    expect(stdout).toContain(`\nℹ pass ${CASES}\nℹ fail 0\n`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});
