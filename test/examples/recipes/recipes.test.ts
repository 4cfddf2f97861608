/**
 * The recipes, each where it would run.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

import { GET, POST } from '../../../examples/recipes/next-route-handler.ts';
import { extractSnippets } from '../../../scripts/doc-snippets.ts';
import { closeStores, JSONSession } from '../../../src/index.ts';
import { ownRedis } from '../../servers/own-redis.ts';
import { outputOf } from '../example-output.ts';
import { startExample } from '../run-example.ts';
import { PATIENCE } from '../../processes/patience.ts';
import { answerWith, counts } from './scripted-answers.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PROCESSES = '../test/examples/recipes';

const redis = await ownRedis();
const environment = { REDIS_URL: redis.url };

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'recipes-'));
  vi.stubEnv('REDIS_URL', redis.url);
});

afterAll(async () => {
  await closeStores();
  await rm(cwd, { recursive: true });
});

/** What was said in a session, and how often its model was asked. */
async function storedIn(sessionId: string): Promise<{ said: string[]; requests: number }> {
  const session = await JSONSession.load(sessionId);
  const messages = await session.getMessages();
  const { usage } = await session.getMetadata();
  const said = messages.map(({ role, content }) => `${role}: ${content}`);
  return { said, requests: usage.requests };
}

test('the recipes are in the documentation as they are', async () => {
  const document = await readFile(join(ROOT, 'docs/recipes.md'), 'utf8');
  const shown = extractSnippets('docs/recipes.md', document).map(({ code }) => code);
  const names = await readdir(join(ROOT, 'examples/recipes'));
  const recipes = names.map((name) => readFile(join(ROOT, 'examples/recipes', name), 'utf8'));

  expect(names.length).toBeGreaterThan(0);
  expect(shown).toEqual(expect.arrayContaining(await Promise.all(recipes)));
});

describe('a route handler of Next.js', () => {
  function call(user: string, body?: string): Parameters<typeof POST> {
    const init = body === undefined ? {} : { method: 'POST', body };
    const request = new Request('https://app.test/', { ...init, headers: { 'x-user': user } });
    return [request, { params: Promise.resolve({ id: 'route' }) }];
  }

  test('streams answers and keeps the conversation of each user', async () => {
    answerWith(counts(), counts());

    const first = await POST(...call('ada', 'Hello'));
    expect(first.body).toBeInstanceOf(ReadableStream);
    expect(await first.text()).toBe('I was sent 1 items.');
    expect(await (await POST(...call('ada', 'Again'))).text()).toBe('I was sent 3 items.');

    const shown = (await (await GET(...call('ada'))).json()) as { content: string }[];
    expect(shown.map(({ content }) => content)).toEqual([
      'Hello',
      'I was sent 1 items.',
      'Again',
      'I was sent 3 items.',
    ]);
    for (const refused of [await POST(...call('eve', 'Hello')), await GET(...call('eve'))]) {
      expect(refused.status).toBe(404);
      expect(await refused.json()).toEqual({ error: 'session_not_found' });
    }
  });
});

describe('a function of AWS Lambda', () => {
  test('connects once, answers each user, and keeps no process alive', async () => {
    const connections = async (): Promise<number> => {
      const [, count] = /total_connections_received:(\d+)/u.exec(await redis.cli('INFO', 'stats'))!;
      return Number(count);
    };
    const one = await connections();
    const ownConnections = (await connections()) - one;
    const args = ['ada', 'ada', 'eve'];
    const output = await outputOf(`${PROCESSES}/lambda-process.ts`, { cwd, environment, args });

    expect(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { statusCode: 200, body: 'I was sent 1 items.' },
      { statusCode: 200, body: 'I was sent 3 items.' },
      { statusCode: 404, body: 'session_not_found' },
    ]);
    expect((await connections()) - one - 2 * ownConnections).toBe(1);
  });
});

describe('a module of NestJS', () => {
  test('ends its runs and then its connection when the application is told to end', async () => {
    const imports = [new URL('use-decorators.ts', import.meta.url).href];
    const options = { cwd, environment, imports };
    const application = startExample(`${PROCESSES}/nestjs-process.ts`, options);
    const errors = text(application.stderr);
    const [announcement] = (await once(application.stdout, 'data')) as [Buffer];
    expect(announcement.toString()).toBe('running\n');
    application.kill('SIGTERM');
    const [output] = await Promise.all([text(application.stdout), once(application, 'close')]);

    expect(await errors).toBe('');
    expect(output).toBe('I was sent 1 items.\n');
    expect((await storedIn('nestjs')).said).toEqual([
      'user: Hello',
      'assistant: I was sent 1 items.',
    ]);
  });
});

describe('a worker of BullMQ', () => {
  const queue = new Queue('questions', { connection: { url: redis.url } });

  beforeAll(() => queue.waitUntilReady());
  afterAll(() => queue.close());

  function startWorker(what: 'dies' | 'fails' | 'no answer'): ChildProcess {
    const worker = startExample(`${PROCESSES}/queue-process.ts`, {
      cwd,
      environment,
      args: [what],
    });
    onTestFinished(() => void worker.kill('SIGKILL'));
    return worker;
  }

  /** What the queue was told of a job in the end. */
  async function answerTo(id: string): Promise<unknown> {
    return vi.waitFor(async () => {
      const job = await queue.getJob(id);
      expect(await job?.getState()).toBe('completed');
      return job?.returnvalue as unknown;
    }, PATIENCE);
  }

  test('stores the question of a job once when its worker dies', async () => {
    const doomed = startWorker('dies');
    const job = { chat: 'queue-1', user: 'ada', text: 'Hello' };
    await queue.add('question', job, { jobId: 'job-1' });
    const [, signal] = (await once(doomed, 'exit')) as [null, string];
    expect(signal).toBe('SIGKILL');

    startWorker('no answer');

    expect(await answerTo('job-1')).toBe('I was sent 1 items.');
    const said = ['user: Hello', 'assistant: I was sent 1 items.'];
    expect(await storedIn('queue-1')).toEqual({ said, requests: 1 });
  });

  test('stores the question of a job once when its run fails', async () => {
    startWorker('fails');
    const job = { chat: 'queue-2', user: 'ada', text: 'Hello' };
    await queue.add('question', job, { jobId: 'job-2', attempts: 2 });

    expect(await answerTo('job-2')).toBe('I was sent 1 items.');
    const said = ['user: Hello', 'assistant: I was sent 1 items.'];
    expect((await storedIn('queue-2')).said).toEqual(said);
  });
});
