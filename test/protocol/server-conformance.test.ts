/**
 * Holds the model of the server to the scripts: every decision, on a real server.
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import * as scripts from '../../src/stores/redis/scripts.generated.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { type DeletionRecord, NOTHING } from './deletion-records.ts';
import { PROTOCOL } from './rules.ts';
import {
  type Append,
  type Command,
  type Create,
  recordWrite,
  type Remove,
  type Rewrite,
  type ServerState,
  serve,
  type Session,
  type WriterRecord,
} from './server-model.ts';
import {
  commandArguments,
  deletionsText,
  documentOf,
  keyCount,
  modelReply,
  modelSession,
} from './scripts-and-model.ts';

const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});
const prefix = `protocol:${crypto.randomUUID()}:`;

beforeAll(async () => {
  await client.connect();
  for (const { source } of Object.values(scripts))
    await client.sendCommand(['SCRIPT', 'LOAD', source]);
});

afterAll(() => client.destroy());

const HERE = '1'.repeat(32);
const ELSEWHERE = '2'.repeat(32);
const GIVEN = '3'.repeat(32);
const WRITER = 'a'.repeat(16);
const OTHER = 'b'.repeat(16);
const [KNOWN, UNKNOWN, SAME, DIFFERENT] = ['aa', 'bb', 'cc', 'dd'].map((pair) => pair.repeat(16));
const TIME = 1000;

const SCRIPTS = {
  append: scripts.append,
  rewrite: scripts.rewrite,
  create: scripts.create,
  remove: scripts.remove,
};

function product<T extends Readonly<Record<string, readonly unknown[]>>>(
  table: T,
): { [K in keyof T]: T[K][number] }[] {
  let rows: Record<string, unknown>[] = [{}];
  for (const [name, values] of Object.entries(table)) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  }
  return rows as { [K in keyof T]: T[K][number] }[];
}

/** Runs each command on both, many at a time, and gives those that end in another way. */
async function differences(
  cases: readonly { server: ServerState; command: Command }[],
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  const one = async ({ server, command }: (typeof cases)[number], index: number): Promise<void> => {
    const endings = ['', ':lives', ':trash', ':projection'];
    const keys = endings.map((ending) => `${prefix}${index}${ending}`);
    const [key = '', livesKey = '', , projection = ''] = keys;
    const { session, deletions } = server;
    if (session !== null) {
      await client.sendCommand(['JSON.SET', key, '$', JSON.stringify(documentOf(session))]);
    }
    if (deletions.length > 0) {
      const planted = JSON.stringify(deletionsText(deletions));
      await client.sendCommand(['JSON.SET', livesKey, '$', planted]);
    }
    const { sha1 } = SCRIPTS[command.kind];
    // Half of them keep what the session is found by, of which the answer is independent.
    const isProjected = index % 2 === 0;
    if (isProjected && session !== null) {
      await client.sendCommand(['EVALSHA', scripts.project.sha1, '4', ...keys]);
    }
    const count = isProjected ? keys.length : keyCount(command);
    const input = [...keys.slice(0, count), ...commandArguments(command)];
    const reply = await client.sendCommand(['EVALSHA', sha1, String(count), ...input]);
    const text = await client.sendCommand<string | null>(['JSON.GET', key]);
    const lives = await client.sendCommand<string | null>(['JSON.GET', livesKey]);
    const kept = await client.hGet(projection, 'updated');
    await client.sendCommand(['DEL', ...keys]);
    const expected = serve(server, command, PROTOCOL);
    const real = {
      reply: modelReply(reply),
      session: modelSession(text, session),
      lives: JSON.parse(lives ?? '""') as string,
      kept: kept === null ? null : Number(kept),
    };
    const { status, incarnation, repeated } = expected.reply;
    const model = {
      reply: { status, incarnation, repeated },
      session: withoutTimes(expected.server.session, session),
      lives: deletionsText(expected.server.deletions),
      kept: isProjected && text !== null ? updatedAt(text) : null,
    };
    if (JSON.stringify(real) !== JSON.stringify(model))
      wrong.push({ server, command, real, model });
  };
  for (let at = 0; at < cases.length; at += 200) {
    await Promise.all(cases.slice(at, at + 200).map((row, index) => one(row, at + index)));
  }
  return wrong;
}

function updatedAt(text: string): number {
  return (JSON.parse(text) as { updated_at: number }).updated_at;
}

/** The server's clock gives the time of what is new. */
function withoutTimes(session: Session | null, before: Session | null): Session | null {
  if (session === null) return null;
  const isOld = (record: WriterRecord): boolean => before?.writers.includes(record) ?? false;
  const writers = session.writers.map((record) => ({ ...record, time: isOld(record) ? TIME : 0 }));
  return { ...session, writers };
}

const WRITERS = [
  [],
  [[WRITER, 1]],
  [[WRITER, 2]],
  [[WRITER, 11]],
  [[OTHER, 1]],
  [
    [OTHER, 2],
    [WRITER, 1],
  ],
  [
    [WRITER, 2],
    [OTHER, 1],
  ],
] as const;

const SESSION: Session = {
  incarnation: HERE,
  born: 'created:5',
  hasState: true,
  writers: [],
  entries: ['x', 'y'],
  generation: 0,
  operations: {},
  lock: null,
};

const SERVERS: ServerState[] = [
  ...product({ writers: WRITERS, lock: [null, 'mine', 'other'], known: [false, true] }).map(
    ({ writers, lock, known }) => ({
      ...SESSION,
      lock,
      writers: writers.map(([writer, sequence]) => ({ writer, sequence, time: TIME })),
      operations: known ? { [KNOWN as string]: SAME as string } : {},
    }),
  ),
  { ...SESSION, incarnation: 'created:5', hasState: false },
  null,
].map((session) => ({ session, deletions: [], past: [] }));

const CALL = 'c'.repeat(16);

function deletion(incarnation: string, call: string): DeletionRecord {
  return { incarnation, call };
}

const MANY = Array.from({ length: 64 }, (_, index) =>
  deletion(index.toString(16).padStart(32, '0'), index.toString(16).padStart(16, '0')),
);

/** Each lock, without state, and without a session, beside each of these. */
function besideDeletions(lists: readonly (readonly DeletionRecord[])[]): ServerState[] {
  const servers = SERVERS.filter(({ session }) => {
    return session === null || (session.operations[KNOWN as string] ?? null) === null;
  });
  return servers.flatMap((server) => lists.map((deletions) => ({ ...server, deletions })));
}

const NUMBERED = product({
  writer: [WRITER],
  sequence: [1, 2, 12],
  expect: [null, HERE, ELSEWHERE, 'created:5'],
  incarnation: [GIVEN],
  operation: [
    null,
    { id: KNOWN as string, digest: SAME as string },
    { id: KNOWN as string, digest: DIFFERENT as string },
    { id: UNKNOWN as string, digest: SAME as string },
  ],
  token: [null, 'mine'],
});

describe('the model of the server decides as the scripts do', () => {
  test('append', async () => {
    const commands = NUMBERED.flatMap((numbered) =>
      [true, false].map((creates): Append => ({
        kind: 'append',
        ...numbered,
        entry: 'z',
        creates,
      })),
    );
    const cases = SERVERS.flatMap((server) => commands.map((command) => ({ server, command })));
    expect(cases.length).toBeGreaterThan(8000);
    expect(await differences(cases)).toEqual([]);
  });

  test('rewrite', async () => {
    const versions = [
      null,
      { generation: 0, last: 'y' },
      { generation: 0, last: 'x' },
      { generation: 1, last: 'y' },
    ];
    const drops = [
      { drop: 1, forgets: false },
      { drop: 0, forgets: true },
      { drop: 3, forgets: true },
    ];
    const changes = product({ version: versions, drop: drops });
    // All of both would be too many; every number meets every change in one of the sessions.
    const cases = SERVERS.flatMap((server, at) =>
      NUMBERED.map((numbered, index) => {
        const { version, drop } = changes[(index * 5 + at) % changes.length] as (typeof changes)[0];
        const command: Rewrite = { kind: 'rewrite', ...numbered, version, ...drop };
        return { server, command };
      }),
    );
    expect(await differences(cases)).toEqual([]);
  });

  test('create', async () => {
    const commands = [HERE, GIVEN].map((incarnation): Create => ({ kind: 'create', incarnation }));
    expect(
      await differences(
        SERVERS.flatMap((server) => commands.map((command) => ({ server, command }))),
      ),
    ).toEqual([]);
  });

  test('remove', async () => {
    const servers = besideDeletions([
      [],
      [deletion(HERE, CALL)],
      [deletion('created:5', CALL)],
      [deletion(NOTHING, CALL), deletion(ELSEWHERE, OTHER)],
      [deletion(ELSEWHERE, OTHER), deletion(NOTHING, WRITER)],
      MANY,
    ]);
    const commands = product({
      call: [CALL],
      expect: [null, HERE, ELSEWHERE, 'created:5'],
      owner: [null, 'u', 'another'],
      token: [null, 'mine'],
    }).map((fields): Remove => ({ kind: 'remove', ...fields }));
    const cases = servers.flatMap((server) => commands.map((command) => ({ server, command })));
    expect(cases.length).toBeGreaterThan(3000);
    expect(await differences(cases)).toEqual([]);
  });

  test('append and create, after deletes', async () => {
    const servers = besideDeletions([
      [deletion(GIVEN, CALL)],
      [deletion(ELSEWHERE, OTHER), deletion(GIVEN, CALL), deletion(NOTHING, WRITER)],
      [deletion(ELSEWHERE, GIVEN), deletion(NOTHING, CALL)],
    ]);
    const numbered = NUMBERED.filter(({ operation }) => operation?.digest !== DIFFERENT);
    const commands: (Append | Create)[] = [
      { kind: 'create', incarnation: GIVEN },
      // A caller that has seen a life creates none.
      ...numbered
        .filter(({ expect: seen }) => seen === null)
        .map((fields): Append => ({ kind: 'append', ...fields, entry: 'z', creates: true })),
      ...numbered.map((fields): Append => ({
        kind: 'append',
        ...fields,
        entry: 'z',
        creates: false,
      })),
    ];
    const cases = servers.flatMap((server) => commands.map((command) => ({ server, command })));
    expect(await differences(cases)).toEqual([]);
  });

  test('which records go', async () => {
    const key = `${prefix}records`;
    for (const [count, old] of [
      [31, 31],
      [32, 32],
      [33, 0],
      [33, 1],
      [34, 1],
      [40, 3],
      [40, 40],
    ] as const) {
      const now = Date.now() / 1000;
      const writers = Array.from({ length: count }, (_, index) => ({
        writer: index.toString(16).padStart(16, '0'),
        sequence: index + 1,
        time: Math.floor(index < old ? now - 700 : now - 500),
      }));
      const session = { ...SESSION, writers };
      await client.sendCommand(['JSON.SET', key, '$', JSON.stringify(documentOf(session))]);
      const numbered = { writer: WRITER, sequence: 1, expect: null, incarnation: GIVEN };
      const rest = { operation: null, token: null, entry: 'z', creates: false };
      const args = commandArguments({ kind: 'append', ...numbered, ...rest });
      await client.sendCommand(['EVALSHA', scripts.append.sha1, '1', key, ...args]);
      const text = await client.sendCommand<string>(['JSON.GET', key]);
      const model = recordWrite(writers, { writer: WRITER, sequence: 1 }, now);
      const names = modelSession(text, session)?.writers.map(({ writer }) => writer);
      expect(names).toEqual(model.map(({ writer }) => writer));
    }
    await client.sendCommand(['DEL', key]);
  });
});
