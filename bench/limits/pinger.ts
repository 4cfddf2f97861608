/**
 * A process that pings a server whenever it is told to, and says how long each PING took.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';

import { connect } from '../place/client.ts';

/** Lets others have the processor in between. */
const PAUSE_MS = 1;

const client = await connect(process.argv[2] ?? '');
const state = { isPinging: false };

async function ping(): Promise<void> {
  const times: number[] = [];
  process.send?.('started');
  while (state.isPinging) {
    const start = performance.now();
    await client.ping();
    times.push(performance.now() - start);
    await delay(PAUSE_MS);
  }
  process.send?.(times);
}

process.on('message', (message) => {
  state.isPinging = message === 'start';
  if (state.isPinging) void ping();
});
process.once('disconnect', () => client.destroy());
