/**
 * What a message takes in the memory of Redis.
 *
 * @module
 */
import { spreadOf } from '../measuring/spread.ts';
import { usedMemory } from '../measuring/used-memory.ts';
import { CHARACTERS } from '../peers/conversation-items.ts';
import { LANGCHAIN } from '../peers/langchain.ts';
import { LIST } from '../peers/list-session.ts';
import { JSON_SESSION } from '../peers/ours/redis-session.ts';
import type { Peer } from '../peers/peer.ts';
import { PYTHON_COMMANDS } from '../peers/python-commands.ts';
import type { BenchClient } from '../place/client.ts';
import type { Place } from '../place/place.ts';
import { table } from '../report/table.ts';
import { atMost } from './goal.ts';
import type { Row, Work } from './work.ts';

const LENGTH = 1000;
/** The server's memory grows in steps, which fewer would show. */
const SESSIONS = 10;

/** What a peer has stored. */
interface Footprint {
  readonly peer: Peer;
  /** Bytes of a message by `MEMORY USAGE`, all samples. */
  readonly byKeys: number;
  /** Bytes of a message by what the memory of the server grew. */
  readonly byServer: number;
  readonly keys: readonly string[];
}

/** Memory for each message of conversations of 1,000. */
export const MEMORY: Work = {
  name: 'memory',
  title: `memory of a message of ${CHARACTERS} characters`,
  async measure(place) {
    const footprints: Footprint[] = [];
    for (const peer of [JSON_SESSION, LIST, PYTHON_COMMANDS, LANGCHAIN]) {
      footprints.push(await footprintOf(place, peer));
    }
    const [ours, ...theirs] = footprints;
    if (ours === undefined) return { rows: [] };
    const rows = theirs.flatMap((other) => [
      toRow('`MEMORY USAGE`', ours, other, 'byKeys'),
      toRow('growth of the server', ours, other, 'byServer'),
    ]);
    return { rows, notes: [await partsOf(place.client, ours.keys[0] ?? '')] };
  },
};

async function footprintOf(place: Place, peer: Peer): Promise<Footprint> {
  const { client, prefix } = place;
  const before = new Set(await keysOf(client, prefix));
  const memoryBefore = await usedMemory(client);
  for (let count = 0; count < SESSIONS; count += 1) {
    const conversation = await peer.open(place, LENGTH);
    await conversation.close();
  }
  const byServer = ((await usedMemory(client)) - memoryBefore) / (SESSIONS * LENGTH);
  const keys = (await keysOf(client, prefix)).filter((key) => !before.has(key));
  let bytes = 0;
  for (const key of keys) bytes += (await client.memoryUsage(key, { SAMPLES: 0 })) ?? 0;
  return { peer, byKeys: bytes / (SESSIONS * LENGTH), byServer, keys };
}

/** Where the bytes of a message are. */
async function partsOf(client: BenchClient, key: string): Promise<string> {
  const memory = async (path: string): Promise<number[]> =>
    client.sendCommand<number[]>(['JSON.DEBUG', 'MEMORY', key, path]);
  const [message = 0] = await memory('$.messages[0]');
  const [names = []] = await client.sendCommand<string[][]>(['JSON.OBJKEYS', key, '$.messages[0]']);
  const values = await memory('$.messages[0].*');
  const rest = message - values.reduce((sum, bytes) => sum + bytes, 0);
  return table(
    ['Part of a message in the document', 'Bytes'],
    [
      ...names.map((name, index) => [`\`${name}\``, String(values[index])]),
      ['the object that holds them, its keys among it', String(rest)],
    ],
  );
}

async function keysOf(client: BenchClient, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const keys of client.scanIterator({ MATCH: `*${prefix}*`, COUNT: 1000 })) {
    found.push(...keys);
  }
  return found;
}

function toRow(
  how: string,
  ours: Footprint,
  theirs: Footprint,
  values: 'byKeys' | 'byServer',
): Row {
  const [own, other] = [ours[values], theirs[values]];
  return {
    key: `memory/${values}/${theirs.peer.name}`,
    what: MEMORY.title,
    at: how,
    peer: theirs.peer.label,
    unit: 'bytes',
    ours: spreadOf([own]),
    theirs: spreadOf([other]),
    ratio: spreadOf([own / other]),
    goal: theirs.peer === LIST ? atMost(2) : undefined,
  };
}
