import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { extractSnippets } from '../../scripts/doc-snippets.ts';
import { type OpenAIStub, startOpenAIStub } from './openai-stub.ts';
import { type ExampleResult, runExample, startExample } from './run-example.ts';

const ROOT = join(import.meta.dirname, '../..');
const REDIS = { REDIS_URL: inject('redisUrl') };

let cwd: string;
let openAI: OpenAIStub;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'examples-'));
  openAI = await startOpenAIStub();
});

afterAll(async () => {
  openAI.close();
  await rm(cwd, { recursive: true });
});

function succeeded(result: ExampleResult): string {
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return result.stdout;
}

describe.each([
  { store: 'SQLite', environment: {}, says: 'SQLite file .json-session/sessions.db' },
  { store: 'Redis', environment: REDIS, says: `Redis at ${new URL(REDIS.REDIS_URL).host}` },
])('the demo on $store', ({ environment, says }) => {
  it('shows two processes that share a conversation, and the stored document', async () => {
    const output = succeeded(await runExample('demo/main.ts', { cwd, environment }));

    expect(output).toContain(says);
    expect(output).toContain('ScriptedModel (OPENAI_API_KEY is not set)');
    const processes = [...output.matchAll(/^Process (\d+) /gmu)].map(([, id]) => id);
    expect(new Set(processes).size).toBe(2);
    expect(output).toMatch(/^ {2}user +I fly to Oslo tomorrow/mu);
    expect(output).toMatch(/^ {2}assistant Triage +transfer_to_Travel/mu);
    expect(output).toMatch(/^ {2}assistant Travel +get_forecast\(\{"city":"Oslo"\}\)$/mu);
    expect(output).toMatch(/^ {2}tool +Travel +Oslo tomorrow/mu);
    // The second process answers from the history that it found.
    expect(output).toMatch(/^ {2}assistant Travel +You asked: “I fly to Oslo tomorrow/mu);
    expect(output).toMatch(/^ {2}agents +Triage, Travel \(current: Travel\)/mu);
    expect(output).not.toContain('\u001B');

    const [, sessionId = ''] = /npm run demo -- document (\S+)/u.exec(output) ?? [];
    const args = ['document', sessionId];
    const shown = succeeded(await runExample('demo/main.ts', { cwd, environment, args }));
    const document = JSON.parse(shown) as { messages: { role: string }[] };
    expect(document).toMatchObject({ session_id: sessionId, metadata: { message_count: 8 } });
    expect(document.messages.map(({ role }) => role).join(' ')).toBe(
      'user assistant tool assistant tool assistant user assistant',
    );
  });

  it('runs again beside what is there', async () => {
    const again = await runExample('demo/main.ts', { cwd, environment });

    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('the demo', () => {
  it('uses a real model where there is a key', async () => {
    const { environment } = openAI;
    const output = succeeded(await runExample('demo/main.ts', { cwd, environment }));

    expect(output).toContain('of OpenAI (OPENAI_API_KEY is set)');
    expect(output).toMatch(/^ {2}assistant Triage +I was sent 3 items\.$/mu);
  });

  it('says what is wrong and fails', async () => {
    const environment = { REDIS_URL: 'redis://:secret@127.0.0.1:1' };
    const { exitCode, stdout, stderr } = await runExample('demo/main.ts', { cwd, environment });

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^\nThe demo failed: .*cannot be reached/u);
    expect(stdout + stderr).not.toContain('secret');
  });

  it.each([[], ['unknown']])('says that there is no such document', async (...ids) => {
    const result = await runExample('demo/main.ts', { cwd, args: ['document', ...ids] });

    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(/^\nThe demo failed: (Which one|There is no document)/u);
  });
});

describe('the examples', () => {
  it('quick-start.ts has a conversation with a model', async () => {
    const { environment } = openAI;
    const output = succeeded(await runExample('quick-start.ts', { cwd, environment }));

    expect(output).toMatch(/^I was sent 3 items\.$/mu);
    expect(output).toMatch(/^\S+Z user My name is Ada\.$/mu);
  });

  it('quick-start.ts stands first in the README', async () => {
    const [first] = extractSnippets('', await readFile(join(ROOT, 'README.md'), 'utf8'));

    expect(first?.code).toBe(await readFile(join(ROOT, 'examples/quick-start.ts'), 'utf8'));
  });

  it('transcript.ts keeps messages without a model', async () => {
    const output = succeeded(await runExample('transcript.ts', { cwd }));

    expect(output).toContain("[ 'Booking: When?', 'Booking: Done.' ]");
    expect(output).toContain("title: 'Dinner for two'");
  });

  it('ioredis-client.ts uses a client of ioredis', async () => {
    const output = succeeded(await runExample('ioredis-client.ts', { cwd, environment: REDIS }));

    expect(output).toBe('2 messages, 9 tokens\n');
  });

  it('service-node-redis.ts answers each user from their own conversation', async () => {
    const environment = { ...openAI.environment, ...REDIS, PORT: '0' };
    const service = startExample('service-node-redis.ts', { cwd, environment });
    const [announcement] = (await once(service.stdout, 'data')) as [Buffer];
    const port = /port: (\d+)/u.exec(announcement.toString())?.[1];
    const ask = async (user: string): Promise<string> => {
      const url = `http://127.0.0.1:${port}/${sessionId}`;
      const headers = { 'x-user': user };
      const response = await fetch(url, { method: 'POST', body: 'Hello', headers });
      return response.text();
    };
    const sessionId = crypto.randomUUID();

    expect(await ask('ada')).toBe('I was sent 1 items.');
    expect(await ask('ada')).toBe('I was sent 3 items.');
    expect(await ask('eve')).toBe('session_not_found');

    service.kill('SIGTERM');
    const [exitCode] = (await once(service, 'exit')) as [number | null];
    expect(exitCode).toBe(process.platform === 'win32' ? null : 0);
  });

  it('share-with-python.ts goes on with a session of the Python class', async () => {
    const id = `py-${crypto.randomUUID()}`;
    await writeAsPython(id);
    const options = { cwd, environment: REDIS, args: [id] };
    const output = succeeded(await runExample('share-with-python.ts', options));

    expect(output).toMatch(/^user Hello from Python$/mu);
    expect(output).toMatch(/^assistant Hello from TypeScript$/mu);
  });

  it('store-contract.ts tests a store', async () => {
    const { exitCode, stdout } = await runExample('store-contract.ts', { cwd });

    expect(stdout.split('\n').filter((line) => line.includes('✖'))).toEqual([]);
    expect(stdout).toMatch(/^ℹ pass [1-9]/mu);
    expect(exitCode).toBe(0);
  });
});

/** Writes what the Python class has written after a first message. */
async function writeAsPython(id: string): Promise<void> {
  const now = Date.now() / 1000;
  const message = { id: '95ba6110519349db', role: 'user', content: 'Hello from Python' };
  const document = {
    session_id: id,
    user_id: 'ada',
    created_at: now,
    updated_at: now,
    metadata: { current_agent: null, agents_used: [], message_count: 1, total_tokens: 0 },
    messages: [{ ...message, timestamp: now, agent: null, tokens: null }],
    handoff_context: null,
  };
  const client = await createClient({ url: REDIS.REDIS_URL }).connect();
  await client.sendCommand(['JSON.SET', `session:${id}`, '$', JSON.stringify(document)]);
  await client.sendCommand(['EXPIRE', `session:${id}`, '3600']);
  client.destroy();
}
