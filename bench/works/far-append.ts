/**
 * Appends to a server that is a round trip of a millisecond away.
 *
 * @module
 */
import { spreadOf } from '../measuring/spread.ts';
import { LIST } from '../peers/list-session.ts';
import { JSON_SESSION } from '../peers/ours/redis-session.ts';
import { PYTHON_COMMANDS } from '../peers/python-commands.ts';
import { PYTHON_CLASS, PYTHON_REDIS_SESSION } from '../peers/python/python-peers.ts';
import { type BenchClient, connect } from '../place/client.ts';
import { openSlowLink } from '../place/slow-link.ts';
import { comparedWork } from './compared-work.ts';
import { timesFaster } from './goal.ts';
import type { Work } from './work.ts';

const DELAY_MS = 1;
const PINGS = 51;

const comparison = comparedWork({
  name: 'far-append',
  title: 'append 1 message, 1 ms away',
  task: 'append',
  lengths: [1000],
  ours: JSON_SESSION,
  peers: [LIST, PYTHON_COMMANDS, PYTHON_CLASS, PYTHON_REDIS_SESSION],
  goals: { [PYTHON_COMMANDS.name]: timesFaster(4.5) },
});

/** The same as `append`, with a delay on the way. */
export const FAR_APPEND: Work = {
  name: comparison.name,
  title: comparison.title,
  async measure(place, pace) {
    await using link = await openSlowLink(place.url, DELAY_MS);
    const client = await connect(link.url);
    try {
      const findings = await comparison.measure({ ...place, url: link.url, client }, pace);
      const { median } = spreadOf(await pings(client));
      return { ...findings, notes: [`A PING on this way takes ${median.toFixed(2)} ms.`] };
    } finally {
      client.destroy();
    }
  },
};

async function pings(client: BenchClient): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < PINGS; count += 1) {
    const start = performance.now();
    await client.ping();
    times.push(performance.now() - start);
  }
  return times;
}
