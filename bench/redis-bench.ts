/**
 * Sessions in Redis against the list design and against the Python class's commands.
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { RedisStore, type RedisStoreOptions } from 'agents-json-session/redis';

import { type BenchClient, connect } from './client.ts';
import { turnOfItems } from './conversation.ts';
import { ListSession } from './list-session.ts';
import { addPythonMessage, createPythonDocument } from './python-commands.ts';
import type { Row } from './report.ts';
import { resendCost } from './resend-cost.ts';
import { type Peer, timeInTurn } from './rounds.ts';
import { serverMicroseconds } from './server-time.ts';

const LENGTH = 1000;
const NEW = 4;
const LIST = 'list';
const PYTHON = 'commands of the Python class';

/** The same work, done by us and by the peer. */
interface Comparison {
  readonly what: string;
  readonly peer: string;
  readonly ours: Peer['run'];
  readonly theirs: Peer['run'];
  /** What comes before each, and is not timed. */
  readonly prepare?: { readonly ours: Peer['run']; readonly theirs: Peer['run'] };
  /** How often in one round. */
  readonly runs?: number;
}

/**
 * Measures on the server at a URL.
 */
export async function benchRedis(url: string): Promise<Row[]> {
  const client = await connect(url);
  try {
    const prefix = `bench:${crypto.randomUUID()}:`;
    const rows: Row[] = [];
    const comparisons = [...appends(client, prefix), ...(await reads(client, prefix))];
    for (const comparison of comparisons) rows.push(await compare(client, comparison));
    return rows;
  } finally {
    client.destroy();
  }
}

/**
 * Says which part of an append's server time it takes to recognise resends.
 */
export async function benchResends(url: string): Promise<string> {
  const client = await connect(url);
  try {
    const parts: string[] = [];
    for (const writers of [1, 8, 32]) {
      const part = await resendCost(client, `bench:${crypto.randomUUID()}:`, writers);
      parts.push(`${(part * 100).toFixed(0)} % with ${writers}`);
    }
    return `Recognising resends, of an append's server time, by writers: ${parts.join(', ')}`;
  } finally {
    client.destroy();
  }
}

function appends(client: BenchClient, prefix: string): Comparison[] {
  const session = openSession(client, prefix, 'append');
  const list = new ListSession(client, `${prefix}append-list`);
  const python = `${prefix}append-python`;
  const items = (count: number): Comparison => ({
    what: count === 1 ? 'append 1 item' : `append ${count} items`,
    peer: LIST,
    ours: (turn) => session.addItems(turnOfItems(turn, count)),
    theirs: (turn) => list.addItems(turnOfItems(turn, count)),
  });
  return [
    items(1),
    items(4),
    {
      what: 'append 1 message',
      peer: PYTHON,
      ours: (turn) => session.addMessage({ role: 'user', content: `${turn}`, tokens: 7 }),
      theirs: async (turn) => {
        if (turn === 0) await createPythonDocument(client, python);
        await addPythonMessage(client, python, `${turn}`);
      },
    },
  ];
}

async function reads(client: BenchClient, prefix: string): Promise<Comparison[]> {
  const session = openSession(client, prefix, 'read');
  // Another process, which has read nothing yet, each time.
  const stranger = openSession(client, prefix, 'read', { historyCacheBytes: 0 });
  const list = new ListSession(client, `${prefix}read-list`);
  await session.addItems(turnOfItems(0, LENGTH));
  await list.addItems(turnOfItems(0, LENGTH));
  const read = (
    reader: JSONSession,
    limit?: number,
  ): Pick<Comparison, 'peer' | 'ours' | 'theirs'> => ({
    peer: LIST,
    ours: () => reader.getItems(limit),
    theirs: () => list.getItems(limit),
  });
  const live = openSession(client, prefix, 'live');
  const liveList = new ListSession(client, `${prefix}live-list`);
  await live.addItems(turnOfItems(0, LENGTH));
  await liveList.addItems(turnOfItems(0, LENGTH));
  return [
    { what: `newest 20 of ${LENGTH}`, ...read(session, 20) },
    { what: `all of ${LENGTH}, first read`, ...read(stranger), runs: 20 },
    {
      what: `all of ${LENGTH}, 4 of them new`,
      peer: LIST,
      ours: () => live.getItems(),
      theirs: () => liveList.getItems(),
      prepare: {
        ours: (turn) => live.addItems(turnOfItems(turn, NEW)),
        theirs: (turn) => liveList.addItems(turnOfItems(turn, NEW)),
      },
      runs: 5,
    },
  ];
}

async function compare(client: BenchClient, comparison: Comparison): Promise<Row> {
  const { what, peer, prepare, runs = 200 } = comparison;
  const ours = { name: 'ours', run: comparison.ours, prepare: prepare?.ours };
  const theirs = { name: 'theirs', run: comparison.theirs, prepare: prepare?.theirs };
  const medians = await timeInTurn([ours, theirs], { runs });
  return {
    store: 'Redis',
    what,
    peer,
    ours: medians.get(ours.name) ?? Number.NaN,
    theirs: medians.get(theirs.name) ?? Number.NaN,
    ourServer: await serverMicroseconds(client, ours.run),
    theirServer: await serverMicroseconds(client, theirs.run),
  };
}

function openSession(
  client: BenchClient,
  keyPrefix: string,
  sessionId: string,
  options: RedisStoreOptions = {},
): JSONSession {
  return new JSONSession({
    sessionId,
    store: new RedisStore(client, options),
    keyPrefix,
    ttl: 3600,
  });
}
