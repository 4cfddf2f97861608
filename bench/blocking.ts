/**
 * How long the calls of a session with many entries hold up the server, and what another client
 * notices (`npm run bench:blocking`).
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import { startRedis } from '../test/servers/redis-server.ts';
import { connect } from './place/client.ts';
import { type CommandTime, commandTimes, logEveryCommand } from './limits/command-times.ts';
import { messageItems } from './peers/conversation-items.ts';
import { LONG_SESSION_CALLS, type LongSessionCall } from './limits/long-session-calls.ts';
import { percentile, PingTimes } from './limits/ping-times.ts';
import { spreadOf } from './measuring/spread.ts';
import { writeSection } from './report/documents.ts';
import { table } from './report/table.ts';

const TEMPLATE = 'template';
const KEY_PREFIX = 'session:';
/** Milliseconds of the server that a command may take. */
const MOST_MS = 3;
const HEAD = [
  'Call',
  'Commands',
  'Longest',
  'Server',
  `Reached (≤ ${MOST_MS} ms)`,
  'with pauses of others',
  'PING p99',
];
/** How long a call is repeated while another client pings. */
const PING_MS = 1500;

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
  },
});
const entries = Number(values.entries);
const rounds = Number(values.rounds);
const isWhole = values.only === '' && entries === 100_000;
const NOTHING: CommandTime = { name: 'none', milliseconds: 0 };
let turn = 0;

function inMs(time: number): string {
  return `${time.toFixed(2)} ms`;
}

function sessionIn(store: RedisStore, sessionId: string): JSONSession {
  return new JSONSession({ sessionId, store, ttl: 86_400, timeoutMs: 60_000 });
}

async function fill(session: JSONSession): Promise<void> {
  for (let count = 0; count < entries; count += 1000) {
    await session.addItems(messageItems(`filled ${count}`, 0, Math.min(1000, entries - count)));
  }
}

/** Readies a call on a long session. */
async function prepared(call: LongSessionCall): Promise<() => Promise<unknown>> {
  turn += 1;
  const now = turn;
  const id = call.isFinal === true ? `copy ${turn}` : 'long';
  if (call.isFinal === true) await client.copy(KEY_PREFIX + TEMPLATE, KEY_PREFIX + id);
  const session = sessionIn(call.isWarm === true ? warm : cold, id);
  if (call.isWarm === true) await session.getItems();
  await call.before?.(session, now);
  return () => call.run(session, now);
}

/** The commands of a call, those of each round. */
async function commandsOf(call: LongSessionCall): Promise<CommandTime[][]> {
  const all: CommandTime[][] = [];
  // Sends the sources of the scripts.
  await (
    await prepared(call)
  )();
  for (let round = 0; round < rounds; round += 1) {
    all.push(await commandTimes(client, await prepared(call)));
  }
  return all;
}

/**
 * The longest of the commands, each taken by its shortest time over the rounds: the server's clock
 * goes on while other processes have the processor.
 */
function longestOf(all: readonly CommandTime[][]): CommandTime {
  const [first = []] = all;
  const shortest = first.map(({ name }, index) => {
    const times = all.flatMap((round) => round[index]?.milliseconds ?? []);
    return { name, milliseconds: Math.min(...times) };
  });
  return shortest.toSorted((left, right) => right.milliseconds - left.milliseconds)[0] ?? NOTHING;
}

async function pingsDuring(call: LongSessionCall): Promise<number[]> {
  const all: number[] = [];
  for (const end = performance.now() + PING_MS; performance.now() < end;) {
    const run = await prepared(call);
    all.push(...(await pings.during(run)));
  }
  return all.toSorted((left, right) => left - right);
}

const server = await startRedis({ modules: 'json' });
const client = await connect(server.url);
const pings = new PingTimes(server.url);
const cold = new RedisStore(client, { historyCacheBytes: 0 });
// Room for all of it: by default so long a history is not kept.
const warm = new RedisStore(client, { historyCacheBytes: 2 ** 28 });
try {
  await fill(sessionIn(cold, 'long'));
  await client.copy(`${KEY_PREFIX}long`, KEY_PREFIX + TEMPLATE);
  await logEveryCommand(client);
  const idle = await pings.during(() => delay(PING_MS));
  const lines: string[][] = [];
  for (const call of LONG_SESSION_CALLS.filter(({ name }) => name.includes(values.only))) {
    const all = await commandsOf(call);
    const { name, milliseconds } = longestOf(all);
    const seen = all.map((round) => Math.max(...round.map((command) => command.milliseconds)));
    const p99 = percentile(await pingsDuring(call), 0.99);
    const count = String(all[0]?.length ?? 0);
    const reached = milliseconds <= MOST_MS ? 'yes' : 'no';
    const times = [inMs(milliseconds), reached, inMs(spreadOf(seen).median), inMs(p99)];
    const line = [call.name, count, name.toUpperCase(), ...times];
    console.error(line.join('  '));
    lines.push(line);
  }
  const text = [
    `A session of ${entries.toLocaleString('en')} entries; the 99th percentile of PING with nobody else: ${inMs(percentile(idle, 0.99))}.`,
    '',
    table(HEAD, lines),
  ].join('\n');
  console.log(text);
  if (isWhole) await writeSection('blocking', text);
} finally {
  pings.close();
  client.destroy();
  await server.stop();
}
