/**
 * Examples that need neither a server nor a key: what their readers see.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { outputOf } from './example-output.ts';
import { type OpenAIStub, startOpenAIStub } from './openai-stub.ts';

const SCRIPTED = "Model: the Agents SDK's ScriptedModel (OPENAI_API_KEY is not set)\n\n";

function lines(...texts: string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

describe.each([
  { store: 'SQLite', environment: {} },
  { store: 'Redis', environment: { REDIS_URL: sharedRedisUrl() } },
])('on $store', ({ environment }) => {
  it('handoffs.ts shows who said what, who handed over, and what it cost', async () => {
    const output = await outputOf('handoffs.ts', { environment });

    expect(output).toContain(
      lines(
        `${SCRIPTED}Triage begins the turn.`,
        // The agent that answered last, and not the one that a conversation begins with.
        'Billing begins the turn.',
        '',
        'The transcript:',
        'user               Did I pay invoice 7 twice?',
        'Triage             transfer_to_Billing({})',
        'Triage → Billing   {"assistant":"Billing"}',
        'Billing            find_payments({"invoice":7})',
        'Billing            20 € on 3 May, 20 € on 4 May',
        'Billing            Invoice 7 was paid twice. You get 20 € back.',
        'user               And when does my parcel arrive?',
        'Billing            transfer_to_Triage({})',
        'Billing → Triage   {"assistant":"Triage"}',
        'Triage             On Thursday.',
        '',
        'Agents: Triage, Billing; the next turn begins with Triage.',
      ),
    );
    const [, requests, tokens] = /^(\d+) requests took (\d+) tokens/mu.exec(output) ?? [];
    const rows = [...output.matchAll(/^│ (Triage|Billing) +│ (\d+) +│ (\d+) +│ (\d+) +│$/gmu)];
    const [triage = [], billing = []] = rows.map(([, ...row]) => row.slice(1).map(Number));
    expect([requests, triage[0], billing[0]]).toEqual(['5', 2, 3]);
    const parts = [...triage.slice(1), ...billing.slice(1)];
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(Number(tokens));
    expect(Math.min(...parts)).toBeGreaterThan(0);
  });

  it('approval.ts goes on in another process and does the work once', async () => {
    const output = await outputOf('approval.ts', { environment });

    const processes = [...output.matchAll(/^Process (\d+) /gmu)].map(([, id]) => id);
    expect(new Set(processes).size).toBe(3);
    expect(output.replaceAll(/Process \d+/gu, 'Process …')).toBe(
      lines(
        `${SCRIPTED}Process … asks for an approval: refund({"euros":20})`,
        'Process … pays the money back.',
        'Process … finds nothing that waits.',
        '',
        'The transcript:',
        'user     I want my 20 € back.',
        'Billing  refund({"euros":20})',
        'Billing  Paid back.',
        'Billing  You have your 20 € back.',
        '',
        'Requests to the model, of all processes: 2',
      ),
    );
  });

  it('compaction.ts shortens what the model sees and keeps what was said', async () => {
    const output = await outputOf('compaction.ts', { environment });

    const [, history = ''] = /^What the model sees:\n((?: {2}.*\n)+)/mu.exec(output) ?? [];
    const [summary, ...newer] = history.trimEnd().split('\n');
    expect(JSON.parse(summary ?? '')).toEqual({
      type: 'message',
      role: 'system',
      content: 'Said before: Ada plans a trip to Oslo: the fjord, from April on.',
    });
    expect(newer).toEqual([
      expect.stringContaining('What did I ask you about?'),
      expect.stringContaining('You plan a trip to Oslo.'),
    ]);
    expect(output).toContain(
      lines(
        'What was said, and whether the model still sees it:',
        '  no  user      What is there to see in Oslo?',
        '  no  assistant Try the fjord.',
        '  no  user      And when is it warm?',
        '  no  assistant From April on.',
        '  yes user      What did I ask you about?',
        '  yes assistant You plan a trip to Oslo.',
        '',
        'Requests to the model, that for the summary among them: 4',
      ),
    );
  });

  it('windowing.ts sends less than is stored, and no result without its call', async () => {
    expect(await outputOf('windowing.ts', { environment })).toBe(
      lines(
        `${SCRIPTED}stored         Where is Oslo? | In Norway. | Is it cold there? | get_weather({"city":"Oslo"}) | 4 °C | Yes, 4 °C.`,
        'newestTurns(1) Is it cold there? | get_weather({"city":"Oslo"}) | 4 °C | Yes, 4 °C. | And in Rome?',
        '  stored: 8 messages',
        'newestItems(3) get_weather({"city":"Oslo"}) | 4 °C | Yes, 4 °C. | And in Rome?',
        '  stored: 8 messages',
        'newestItems(2) Yes, 4 °C. | And in Rome?',
        '  stored: 8 messages',
        'tokenBudget(…) Is it cold there? | get_weather({"city":"Oslo"}) | 4 °C | Yes, 4 °C. | And in Rome?',
        '  stored: 8 messages',
        'slice(-2)      4 °C | Yes, 4 °C.',
      ),
    );
  });

  it('retried-job.ts asks the model once, though a worker dies', async () => {
    const output = await outputOf('retried-job.ts', { environment });

    const workers = [...output.matchAll(/^Worker (\d+) /gmu)].map(([, id]) => id);
    expect(new Set(workers).size).toBe(2);
    expect(output.replaceAll(/Worker \d+/gu, 'Worker …')).toBe(
      lines(
        `${SCRIPTED}Worker … stores the answer: In Norway.`,
        'Delivery 1 failed.',
        '',
        'Worker … finds the answer: In Norway.',
        'Delivery 2 was acknowledged.',
        '',
        'user Where is Oslo?',
        'assistant In Norway.',
        'Requests to the model: 1',
        '',
        'The user takes the question back: 2 messages are removed.',
      ),
    );
  });
});

it('quick-start-offline.ts runs the quick start, whose model knows what was said', async () => {
  const output = await outputOf('quick-start-offline.ts');

  expect(output.replaceAll(/^\S+Z/gmu, '…')).toBe(
    lines(
      `${SCRIPTED}Your name is Ada.`,
      '… user My name is Ada.',
      '… assistant Hello, Ada.',
      '… user What is my name?',
      '… assistant Your name is Ada.',
    ),
  );
});

describe('with a key', () => {
  let openAI: OpenAIStub;

  beforeAll(async () => {
    openAI = await startOpenAIStub();
  });

  afterAll(() => openAI.close());

  it.each([
    ['handoffs.ts', /^Triage +I was sent 3 items\.$/mu],
    ['approval.ts', /^Billing +I was sent 1 items\.$/mu],
    ['compaction.ts', /"Said before: I was sent 4 items\."/u],
    ['windowing.ts', /^ {2}stored: 8 messages$/mu],
    ['retried-job.ts', /^Worker \d+ finds the answer: I was sent 1 items\.$/mu],
    ['quick-start-offline.ts', /^I was sent 3 items\.$/mu],
  ])('%s asks a real model', async (file, says) => {
    const output = await outputOf(file, { environment: openAI.environment });

    expect(output).toMatch(/^Model: \S+ of OpenAI \(OPENAI_API_KEY is set\)$/mu);
    expect(output).toMatch(says);
  });
});
