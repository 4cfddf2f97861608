/**
 * What each project of the test run promises about the version of the SDK.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, inject, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { NODE_FLAGS } from '../processes/node-flags.ts';
import { runScript } from '../processes/run-script.ts';
import { type SdkInUse, sdkInUse } from './sdk-in-use.ts';

const expected = inject('sdkVersion');

async function sdkInWorker(): Promise<SdkInUse> {
  const worker = fork(new URL('worker.ts', import.meta.url), { execArgv: [...NODE_FLAGS] });
  const [told] = (await once(worker, 'message')) as [SdkInUse];
  return told;
}

describe(`version ${expected} of the SDK`, () => {
  it('is what the tests and the sources import, in one copy', async () => {
    expect(await sdkInUse()).toEqual({ pid: process.pid, version: expected, strangers: [] });
  });

  it('is what a process that a test forks imports, in one copy', async () => {
    const { pid, ...found } = await sdkInWorker();
    expect(pid).not.toBe(process.pid);
    expect(found).toEqual({ version: expected, strangers: [] });
  });

  it('is what a script that a test starts imports', async () => {
    const { output, errors } = await runScript(`
      import { sdkInUse } from '${new URL('sdk-in-use.ts', import.meta.url).href}';
      console.log(JSON.stringify(await sdkInUse()));
    `);
    expect(errors).toBe('');
    expect(JSON.parse(output)).toMatchObject({ version: expected, strangers: [] });
  });
});

describe('the supported versions of the SDK', () => {
  it('begin at the lowest that the tests use', () => {
    const [lowest] = manifest.peerDependencies['@openai/agents-core'].split(' ');
    const tested = manifest.devDependencies['agents-lowest'];
    expect(`npm:@openai/agents@${lowest}`).toBe(
      tested.replace('@openai/agents@', '@openai/agents@>='),
    );
  });
});
