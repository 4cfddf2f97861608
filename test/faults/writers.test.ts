/**
 * Writers that die, or are stopped for longer than their session lives.
 *
 * @module
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test, type TestContext, vi } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { readSqliteDocument } from '../document/sqlite-documents.ts';
import { ownPrefix, temporaryFolder } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { PATIENCE } from '../processes/patience.ts';
import { Load, repeatUnknown } from './load.ts';
import { type Attempt, violations } from './oracle.ts';
import { Row } from './report.ts';
import { storedDocument } from './session-document.ts';
import { WriterProcess, type WriterTask } from './writer-processes.ts';

const TIMEOUT_MS = 20_000;
/** Longer than a busy machine holds a writer up. */
const TTL_SECONDS = 2;

/** A place for sessions that several processes use, and what reads a document past the library. */
interface Place {
  readonly name: string;
  readonly open: () => { url: string; read: (key: string) => Promise<SessionDocument> };
}

const PLACES: readonly Place[] = [
  {
    name: 'Redis',
    open() {
      const url = sharedRedisUrl();
      return { url, read: (key) => storedDocument(url, key) };
    },
  },
  {
    name: 'a SQLite file',
    open() {
      const path = join(temporaryFolder(), 'sessions.db');
      return {
        url: `sqlite:${path}`,
        async read(key) {
          const database = new DatabaseSync(path, { readOnly: true });
          try {
            const [check] = database.prepare('PRAGMA integrity_check').all();
            expect(check).toEqual({ integrity_check: 'ok' });
            return readSqliteDocument(database, key) as SessionDocument;
          } finally {
            database.close();
          }
        },
      };
    },
  },
];

function start(
  task: Omit<WriterTask, 'diary'>,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): WriterProcess {
  const writer = new WriterProcess(task);
  onTestFinished(() => writer.kill());
  return writer;
}

function count(writers: readonly WriterProcess[], outcome: Attempt['outcome']): number {
  const attempts = writers.flatMap((writer) => writer.attempts());
  return attempts.filter((attempt) => attempt.outcome === outcome).length;
}

describe.concurrent.each(PLACES)('writers of $name', ({ name, open }) => {
  test('that are killed lose nothing, and what they were at is written whole or not', async (context) => {
    const row = new Row(`writer SIGKILL | ${name}`);
    const { url, read } = open();
    const address = { url, keyPrefix: ownPrefix(), sessionId: 's', timeoutMs: TIMEOUT_MS };
    const session = new JSONSession({ ...address, ttl: 600 });
    await session.create();
    context.onTestFinished(() => session.close());
    const begin = (index: number): WriterProcess =>
      start({ ...address, name: `w${index}`, pace: 0 }, context);
    const writers = [0, 1, 2, 3].map(begin);
    await vi.waitUntil(() => count(writers, 'acknowledged') > 100, PATIENCE);
    await Promise.all(writers.slice(0, 2).map((writer) => writer.kill()));
    const survivors = writers.slice(2);
    const before = count(survivors, 'acknowledged');
    await vi.waitUntil(() => count(survivors, 'acknowledged') > before + 100, PATIENCE);
    for (const writer of survivors) await writer.kill();

    // A command of a process that has died may still be on its way to the server.
    await session.getItems(1);
    const attempts = writers.flatMap((writer) => writer.attempts());
    expect(violations(attempts, await read(`${address.keyPrefix}s`))).toEqual([]);
    await repeatUnknown(session, attempts);
    expect(violations(attempts, await read(`${address.keyPrefix}s`))).toEqual([]);
    row.print(attempts, '4 kills');
  });

  test.for(['is gone', 'was created anew'])(
    'that are stopped for longer than the session lives get session_expired when it %s',
    async (after, context) => {
      const row = new Row(`writer SIGSTOP, session ${after} | ${name}`);
      const { url, read } = open();
      const address = { url, keyPrefix: ownPrefix(), sessionId: 's', timeoutMs: TIMEOUT_MS };
      const first = new JSONSession({ ...address, ttl: TTL_SECONDS });
      context.onTestFinished(() => first.close());
      await first.create();
      const writers = [0, 1].map((index) =>
        start({ ...address, ttl: TTL_SECONDS, name: `w${index}`, pace: 5 }, context),
      );
      for (const writer of writers) {
        await vi.waitUntil(() => count([writer], 'acknowledged') > 20, PATIENCE);
      }
      await stopBetweenWrites(writers, { ...address, sessionId: 'witness' });
      const isGone = async (): Promise<boolean> => {
        const other = new JSONSession({ ...address });
        const metadata = await other.getMetadata().catch(({ code }: { code: string }) => code);
        await other.close();
        return metadata === 'session_not_found';
      };
      await vi.waitUntil(isGone, { ...PATIENCE, interval: 50 });

      const second = new JSONSession(address);
      context.onTestFinished(() => second.close());
      let own: readonly Attempt[] = [];
      if (after !== 'is gone') {
        await second.create();
        own = await new Load([
          { name: 'own', session: second, operations: 20, ownIds: true },
        ]).finish();
      }
      for (const writer of writers) writer.signal('SIGCONT');
      for (const writer of writers) {
        await vi.waitUntil(() => count([writer], 'rejected') > 10, PATIENCE);
      }
      await Promise.all(writers.map((writer) => writer.kill()));

      const late = writers.flatMap((writer) => writer.attempts());
      const codes = late.flatMap(({ outcome, code }) => (outcome === 'rejected' ? [code] : []));
      expect(new Set(codes)).toEqual(new Set(['session_expired']));
      if (after === 'is gone') expect(await isGone()).toBe(true);
      else expect(violations(own, await read(`${address.keyPrefix}s`))).toEqual([]);
      row.print([...late, ...own]);
    },
  );
});

/** One that is stopped within a transaction of SQLite would hold up everybody. */
async function stopBetweenWrites(
  writers: readonly Pick<WriterProcess, 'signal'>[],
  address: JSONSessionOptions,
): Promise<void> {
  const witness = new JSONSession({ ...address, timeoutMs: 500 });
  const isFree = (): Promise<boolean> =>
    witness.addItems([{ role: 'user', content: 'free' }]).then(
      () => true,
      () => false,
    );
  for (;;) {
    for (const writer of writers) writer.signal('SIGSTOP');
    if (await isFree()) break;
    for (const writer of writers) writer.signal('SIGCONT');
  }
  await witness.close();
}
