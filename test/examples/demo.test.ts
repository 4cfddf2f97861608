import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { outputOf } from './example-output.ts';
import { startOpenAIStub } from './openai-stub.ts';
import { runExample } from './run-example.ts';

const REDIS = { REDIS_URL: sharedRedisUrl() };

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'demo-'));
});

afterAll(() => rm(cwd, { recursive: true }));

describe.each([
  { store: 'SQLite', environment: {}, says: 'SQLite file .json-session/sessions.db' },
  { store: 'Redis', environment: REDIS, says: `Redis at ${new URL(REDIS.REDIS_URL).host}` },
])('the demo on $store', ({ environment, says }) => {
  it('shows two processes that share a conversation, and the stored document', async () => {
    const output = await outputOf('demo/main.ts', { cwd, environment });

    expect(output).toContain(says);
    expect(output).toContain('ScriptedModel (OPENAI_API_KEY is not set)');
    const processes = [...output.matchAll(/^Process (\d+) /gmu)].map(([, id]) => id);
    expect(new Set(processes).size).toBe(2);
    expect(output).toMatch(/^ {2}user +I fly to Oslo tomorrow/mu);
    expect(output).toMatch(/^ {2}assistant Triage +transfer_to_Travel/mu);
    expect(output).toMatch(/^ {2}tool +Triage +Triage → Travel$/mu);
    expect(output).toMatch(/^ {2}assistant Travel +get_forecast\(\{"city":"Oslo"\}\)$/mu);
    expect(output).toMatch(/^ {2}tool +Travel +Oslo tomorrow/mu);
    // The second process answers from the history that it found, and as the agent that spoke last.
    expect(output).toMatch(/^ {2}assistant Travel +You asked: “I fly to Oslo tomorrow/mu);
    expect(output).toMatch(/^ {2}agents +Triage, Travel \(current: Travel\)$/mu);
    expect(output).not.toContain('\u001B');

    const [, sessionId = ''] = /npm run demo -- document (\S+)/u.exec(output) ?? [];
    const args = ['document', sessionId];
    const shown = await outputOf('demo/main.ts', { cwd, environment, args });
    const document = JSON.parse(shown) as { messages: { role: string }[] };
    expect(document).toMatchObject({ session_id: sessionId, metadata: { message_count: 8 } });
    expect(document.messages.map(({ role }) => role).join(' ')).toBe(
      'user assistant tool assistant tool assistant user assistant',
    );
  });

  it('tells the tokens of both processes, in all and by agent', async () => {
    const output = await outputOf('demo/main.ts', { cwd, environment });

    const tokens = /^ {2}tokens +(\d+) in 4 requests \(Triage (\d+), Travel (\d+)\)$/mu;
    const [, total, triage, travel] = tokens.exec(output) ?? [];
    expect(Number(triage) * Number(travel)).toBeGreaterThan(0);
    expect(Number(triage) + Number(travel)).toBe(Number(total));
  });
});

describe('the demo', () => {
  it('uses a real model where there is a key', async () => {
    const openAI = await startOpenAIStub();
    const output = await outputOf('demo/main.ts', { cwd, environment: openAI.environment });
    openAI.close();

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
