/**
 * The packed package in empty projects, as those who install it have it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { extractSnippets } from '../../scripts/doc-snippets.ts';
import { ROOT } from '../../scripts/project.ts';
import { type OpenAIStub, startOpenAIStub } from '../examples/openai-stub.ts';
import { ownRedis } from '../servers/own-redis.ts';
import { Consumer, outputOf } from './consumer.ts';
import { SUBPATHS } from './packed-content.ts';

const REDIS = { REDIS_URL: (await ownRedis()).url };

let openAI: OpenAIStub;

beforeAll(async () => {
  openAI = await startOpenAIStub();
});

afterAll(() => openAI.close());

describe.concurrent('in strict TypeScript', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.copy('typescript');
    const [quickStart] = extractSnippets('', await readFile(join(ROOT, 'README.md'), 'utf8'));
    await writeFile(join(consumer.folder, 'quick-start.ts'), quickStart?.code ?? '');
    const imports = SUBPATHS.map((subpath, index) => `import * as all${index} from '${subpath}';`);
    const uses = SUBPATHS.map((subpath, index) => `  ['${subpath}', Object.keys(all${index})],`);
    const print = `console.log(JSON.stringify([\n${uses.join('\n')}\n]));`;
    await writeFile(join(consumer.folder, 'subpaths.ts'), `${imports.join('\n')}\n${print}\n`);
    await outputOf(consumer.compile());
  });

  test.each([
    ['Node', ts.ModuleResolutionKind.NodeNext, ts.ModuleKind.NodeNext],
    ['a bundler', ts.ModuleResolutionKind.Bundler, ts.ModuleKind.Preserve],
  ])('what %s resolves is declared in order', (_who, moduleResolution, module) => {
    expect(consumer.typeErrors(manifest.name, { moduleResolution, module })).toEqual([]);
  });

  test('every subpath can be imported', async () => {
    const output = await outputOf(consumer.node(['out/subpaths.js']));
    const names = JSON.parse(output) as [string, string[]][];

    expect(names.map(([subpath]) => subpath)).toEqual(SUBPATHS);
    expect(names.filter(([, exported]) => exported.length === 0)).toEqual([]);
  });

  test('a CommonJS module of it can require the package', async () => {
    const environment = { REDIS_URL: 'sqlite:required.db' };
    const output = await outputOf(consumer.node(['out/required.cjs'], environment));

    expect(output).toBe('required function\n');
  });

  test.each([
    ['Redis', REDIS],
    ['SQLite', {}],
  ])('the quick start of the README runs on %s', async (_store, environment) => {
    const program = consumer.node(['out/quick-start.js'], {
      ...openAI.environment,
      ...environment,
    });
    const output = await outputOf(program);

    expect(output).toMatch(/^I was sent 3 items\.\n/u);
    expect(output).toMatch(/^\S+Z user My name is Ada\.$/mu);
  });
});

describe.concurrent('in plain JavaScript', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.copy('javascript');
  });

  test('a conversation is kept', async () => {
    expect(await outputOf(consumer.node(['main.js']))).toBe(
      'user null I am Ada.\nassistant Assistant Hello, Ada.\n',
    );
  });

  test('the command runs by its name', async () => {
    const command = join(inject('installation'), 'node_modules/.bin/json-session');

    expect(await outputOf(consumer.run(command, ['--version']))).toBe(`${manifest.version}\n`);
  });
});

describe.concurrent('in CommonJS', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.copy('commonjs');
  });

  test('every subpath can be required', async () => {
    const print = `for (const name of ${JSON.stringify(SUBPATHS)}) console.log(Object.keys(require(name)).length)`;
    const output = await outputOf(consumer.node(['--eval', print]));

    expect(output.trim().split('\n').map(Number).filter(Boolean)).toHaveLength(SUBPATHS.length);
  });

  test.each([
    ['Redis', REDIS],
    ['SQLite', {}],
  ])('runs of either copy of the SDK work on %s', async (_store, environment) => {
    const output = await outputOf(consumer.node(['two-cores.cjs'], environment));
    const { isOneCopy, required, imported } = JSON.parse(output);

    expect(isOneCopy).toBe(false);
    const conversation = {
      finalOutput: 'It is sunny.',
      agentsUsed: ['Triage', 'Travel'],
      roles: ['user', 'assistant', 'tool', 'assistant', 'tool', 'assistant'],
      current: 'Travel',
    };
    const retried = {
      failed: true,
      statuses: ['done', 'repeated'],
      said: [
        ['user', 'ada: How is Oslo?'],
        ['assistant', expect.any(String)],
        ['tool', 'Sunny.'],
        ['assistant', 'It is sunny.'],
      ],
    };
    const failure = { code: 'session_not_found', isSessionError: true };
    expect(required).toEqual([conversation, retried, { ...failure, ofThisCopy: false }]);
    expect(imported).toEqual([conversation, retried, { ...failure, ofThisCopy: true }]);
  });
});
