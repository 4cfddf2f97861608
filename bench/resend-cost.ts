/**
 * What it costs the server to recognise resends: an append by its script, and by the same script without.
 *
 * @module
 */
import { append } from '../src/stores/redis/scripts.generated.ts';
import type { BenchClient } from './client.ts';
import { serverMicroseconds } from './server-time.ts';

const ROUNDS = 7;
const ENTRY = JSON.stringify({
  id: '0123456789abcdef',
  role: 'user',
  content: 'conversation '.repeat(20),
  agent: null,
  tokens: null,
});

const WITHOUT = withoutRecognition(append.source);

/**
 * Gives the part of an append's server time, from 0 to 1, with so many writers that the document knows.
 */
export async function resendCost(
  client: BenchClient,
  prefix: string,
  writers: number,
): Promise<number> {
  const full = await appender(client, append.source, `${prefix}resends-${writers}`, writers);
  const bare = await appender(client, WITHOUT, `${prefix}no-resends-${writers}`, writers);
  const parts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const whole = await serverMicroseconds(client, full);
    parts.push(1 - (await serverMicroseconds(client, bare)) / whole);
  }
  return parts.toSorted((left, right) => left - right)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

async function appender(
  client: BenchClient,
  source: string,
  key: string,
  writers: number,
): Promise<() => Promise<unknown>> {
  const sha1 = await client.sendCommand<string>(['SCRIPT', 'LOAD', source]);
  const lanes = Array.from({ length: writers }, (_, index) => index.toString(16).padStart(16, '0'));
  const sequences = new Map(lanes.map((lane) => [lane, 0]));
  let incarnation = '';
  let turn = 0;
  const run = async (): Promise<void> => {
    const lane = lanes[turn % writers] ?? '';
    turn += 1;
    const sequence = (sequences.get(lane) ?? 0) + 1;
    sequences.set(lane, sequence);
    const ids = incarnation === '' ? ['"s"', '"u"'] : ['', ''];
    const common = [incarnation, '', lane, String(sequence), 'ab'.repeat(16), '3600', '1'];
    const args = [...common, '', '', '', '', ...ids, '', '', '', '', ENTRY];
    const command = ['EVALSHA', sha1, '1', key, ...args];
    const reply = await client.sendCommand<string[]>(command);
    incarnation = reply[1] ?? '';
  };
  for (let index = 0; index < writers; index += 1) await run();
  return run;
}

function withoutRecognition(source: string): string {
  const bare = source
    .replace("recognise(writers, ARGV[3], tonumber(ARGV[4])) ~= 'new'", 'false')
    .replace('local records = record_write(writers, ARGV[3], ARGV[4])', "local records = ''");
  const cuts = source.length - bare.length;
  if (cuts < 60) throw new Error('The script has changed: say anew what to leave out');
  return bare;
}
