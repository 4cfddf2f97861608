import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractSnippets } from '../../scripts/doc-snippets.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { outputOf } from './example-output.ts';
import { type OpenAIStub, startOpenAIStub } from './openai-stub.ts';
import { runExample, startExample } from './run-example.ts';

const ROOT = join(import.meta.dirname, '../..');
const REDIS = { REDIS_URL: sharedRedisUrl() };

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

describe('the examples', () => {
  it('are all run by a test', async () => {
    const isSource = (name: string): boolean => name.endsWith('.ts') && name !== 'offline-model.ts';
    const examples = (await readdir(join(ROOT, 'examples'))).filter(isSource);
    const tests = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.test.ts'));
    const sources = tests.map((name) => readFile(join(import.meta.dirname, name), 'utf8'));
    const text = (await Promise.all(sources)).join('\n');

    expect(examples.length).toBeGreaterThan(0);
    expect(examples.filter((name) => !text.includes(`'${name}'`))).toEqual([]);
  });

  it('quick-start.ts has a conversation with a model', async () => {
    const { environment } = openAI;
    const output = await outputOf('quick-start.ts', { cwd, environment });

    expect(output).toMatch(/^I was sent 3 items\.$/mu);
    expect(output).toMatch(/^\S+Z user My name is Ada\.$/mu);
  });

  it('quick-start.ts stands first in the README', async () => {
    const [first] = extractSnippets('', await readFile(join(ROOT, 'README.md'), 'utf8'));

    expect(first?.code).toBe(await readFile(join(ROOT, 'examples/quick-start.ts'), 'utf8'));
  });

  it('find-sessions.ts lists, counts and deletes', async () => {
    const output = await outputOf('find-sessions.ts', { cwd });

    expect(output).toMatch(/^dinner of bob: 1\ninvoice of ada: 1\ntrip of ada: 1\nopen: 2$/mu);
    expect(output).toMatch(/^would delete: 2\ndeleted: 2\nleft: 1$/mu);
  });

  it('encryption.ts keeps what nobody can read, and changes its key', async () => {
    const output = await outputOf('encryption.ts', { cwd });

    expect(output).toContain(`Stored: user "" [ '$sealed' ]`);
    expect(output).toContain('Without a keyring: no_keyring');
    expect(output).toContain('1 message under k2: My account is 12345.');
  });

  it('transcript.ts keeps messages without a model', async () => {
    const output = await outputOf('transcript.ts', { cwd });

    expect(output).toContain("[ 'Booking: When?', 'Booking: Done.' ]");
    expect(output).toContain("title: 'Dinner for two'");
  });

  it('opentelemetry.ts shows what a turn asks of its store', async () => {
    const output = await outputOf('opentelemetry.ts', { cwd });

    expect(output.split('\n')).toEqual([
      'read :memory:, within turn none',
      'create :memory:, within turn done',
      'append :memory:, within turn done',
      'read :memory:, within turn done',
      'turn, within nothing ',
      '',
    ]);
  });

  it('moving.ts forks, exports and copies', async () => {
    const output = await outputOf('moving.ts', { cwd });

    expect(output).toBe(
      `trip-2 goes on from message 2 of trip
trip: imported, then unchanged
trip-2: 3 messages copied and compared
`,
    );
  });

  it('ioredis-client.ts uses a client of ioredis', async () => {
    const output = await outputOf('ioredis-client.ts', { cwd, environment: REDIS });

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
    const output = await outputOf('share-with-python.ts', options);

    expect(output).toMatch(/^user Hello from Python$/mu);
    expect(output).toMatch(/^assistant Hello from TypeScript$/mu);
  });

  // All of the contract in one process: on a busy machine that takes a while.
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
