/**
 * What one Redis core and a cluster of three masters serve, and what sessions take
 * (`npm run bench:scaling`): the figures of `docs/scaling.md`.
 *
 * @module
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { startCluster } from '../test/servers/redis-cluster.ts';
import { type RedisServer, startRedis } from '../test/servers/redis-server.ts';
import { connect } from './place/client.ts';
import { type LoadResult, runLoad } from './limits/load.ts';
import { sessionMemory } from './limits/session-memory.ts';
import { spreadOf } from './measuring/spread.ts';

const PROCESSES = 3;
const SESSIONS = 32;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
  },
});
const rounds = Number(values.rounds);
const milliseconds = Number(values.seconds) * 1000;

type Place = readonly [name: string, servers: readonly RedisServer[]];

/** The places take turns, so that a machine whose speed drifts treats both alike. */
async function measureLoads(places: readonly Place[], items: number): Promise<string[]> {
  const results = new Map<string, LoadResult[]>(places.map(([name]) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, servers] of places) {
      const result = await runLoad(servers, PROCESSES, { sessions: SESSIONS, items, milliseconds });
      if (round >= 0) results.get(name)?.push(result);
      for (const server of servers) await server.cli('FLUSHALL');
    }
  }
  return [...results].map(([name, all]) => {
    const perSecond = spreadOf(all.map(({ appendsPerSecond }) => appendsPerSecond)).median;
    const cost = spreadOf(all.map(({ serverMicroseconds }) => serverMicroseconds)).median;
    const busy = spreadOf(all.map((result) => result.busy)).median;
    const perCore = Math.round(1_000_000 / cost);
    const figures = [perSecond.toFixed(0), `${cost.toFixed(0)} µs`, perCore, busy.toFixed(2)];
    return `| ${[name, items, ...figures].join(' | ')} |`;
  });
}

async function measureMemory(server: RedisServer): Promise<string[]> {
  const client = await connect(server.url);
  const lines: string[] = [];
  for (const messages of [20, 100, 1000]) {
    const { ours, list } = await sessionMemory(client, messages);
    const perMessage = [ours, list].map((bytes) => `${(bytes / messages).toFixed(0)} B`);
    const perGigabyte = Math.floor(1e9 / ours);
    const figures = [`${(ours / 1000).toFixed(1)} kB`, ...perMessage, (ours / list).toFixed(2)];
    lines.push(`| ${[messages, ...figures, perGigabyte].join(' | ')} |`);
  }
  client.destroy();
  return lines;
}

const single = await startRedis({ modules: 'json' });
const cluster = await startCluster();
try {
  const places: Place[] = [
    ['one server', [single]],
    ['three masters', cluster.nodes],
  ];
  console.log(`Redis ${single.version}, Node ${process.version}`);
  console.log(`${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`);
  console.log(
    '| Place | Items | Appends/s here | Server, each | Appends/s of a core | Cores busy |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const items of [1, 4]) console.log((await measureLoads(places, items)).join('\n'));
  console.log('| Messages | Session | A message | In a list | Ratio | Sessions in 1 GB |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  console.log((await measureMemory(single)).join('\n'));
} finally {
  await single.stop();
  await cluster.stop();
}
