/**
 * Every snippet of the documentation, run as it stands: with a Redis, and a stand-in for the model.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { collectSnippets, type Snippet } from '../../scripts/doc-snippets.ts';
import { ROOT } from '../../scripts/project.ts';
import { startOpenAIStub } from '../examples/openai-stub.ts';
import { NODE_FLAGS } from '../processes/node-flags.ts';
import { ownRedis } from '../servers/own-redis.ts';
import type { SnippetEnd } from './snippet-process.ts';

/** By what stands in them; each is run in another way. */
const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  'docs/recipes.md': 'test/examples/recipes',
  "from 'node:test'": 'examples/store-contract.ts',
  "readFileSync('ca.pem')": 'test/security/tls.test.ts',
};

/** By what stands in them: the error that the snippet is about. */
const ENDS_WITH: Readonly<Record<string, string>> = {
  // The server of the tests has no replica.
  "durability: 'replicated' });\nconst message": 'NotDurableError',
};

const SNIPPETS = collectSnippets().filter(
  (snippet) => !Object.keys(RUN_ELSEWHERE).some((text) => isMeant(snippet, text)),
);

const { url } = await ownRedis();
const ends = new Map<string, SnippetEnd>();
let folder: string;

/** Within the project, where its packages are found. */
const pathOf = ({ file, line }: Snippet): string =>
  join(folder, `${file.replaceAll('/', '-')}.${line}.ts`);

beforeAll(async () => {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  folder = mkdtempSync(join(ROOT, '.cache/snippets-'));
  for (const snippet of SNIPPETS) writeFileSync(pathOf(snippet), `${snippet.code}\nexport {};\n`);
  const openAI = await startOpenAIStub();
  const child = fork(join(import.meta.dirname, 'snippet-process.ts'), SNIPPETS.map(pathOf), {
    execArgv: [
      ...NODE_FLAGS,
      `--import=${new URL('../examples/use-sources.ts', import.meta.url).href}`,
      `--import=${new URL('own-places.ts', import.meta.url).href}`,
    ],
    env: {
      ...process.env,
      ...openAI.environment,
      SNIPPETS_REDIS_URL: url,
      SESSION_KEY_1: Buffer.alloc(32, 0).toString('base64'),
      SESSION_KEY_2: Buffer.alloc(32, 2).toString('base64'),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errors = readText(child.stderr!);
  child.on('message', (end: SnippetEnd) => ends.set(end.path, end));
  const [code] = (await once(child, 'exit')) as [number | null];
  openAI.close();
  // What a snippet has begun can fail when it is over.
  if (code !== 0) throw new Error(`The snippets ended with ${code}: ${await errors}`);
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(SNIPPETS.map((snippet) => [`${snippet.file}:${snippet.line}`, snippet] as const))(
  '%s',
  (_, snippet) => {
    const end = ends.get(pathOf(snippet));
    const [, expected] = Object.entries(ENDS_WITH).find(([text]) => isMeant(snippet, text)) ?? [];
    expect(end).toBeDefined();
    if (expected === undefined) expect(end?.error).toBeUndefined();
    else expect(end?.error).toContain(expected);
  },
);

test('what is run elsewhere, or fails, is there', () => {
  const all = collectSnippets();
  for (const text of [...Object.keys(RUN_ELSEWHERE), ...Object.keys(ENDS_WITH)]) {
    expect(all.some((snippet) => isMeant(snippet, text))).toBe(true);
  }
});

/** Whether a text names the file of a snippet, or stands in it. */
function isMeant({ file, code }: Snippet, text: string): boolean {
  return file === text || code.includes(text);
}
