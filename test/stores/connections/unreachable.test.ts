import { randomUUID } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { createClient, createClientPool } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closeStores, JSONSession, type JSONSessionOptions } from '../../../src/index.ts';
import { type RedisClientLike, RedisStore } from '../../../src/stores/redis/index.ts';
import { freePort } from '../../servers/free-port.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';
import { type BlackHole, startBlackHole } from './black-hole.ts';
import { READS, WRITES } from './every-method.ts';

const TIMEOUT_MS = 500;
/** The machine may be busy with other tests. */
const LATEST_MS = TIMEOUT_MS + 4000;

const ends: (() => unknown)[] = [];
let hole: BlackHole;

beforeAll(async () => {
  hole = await startBlackHole();
});

afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await closeStores();
});

afterAll(() => hole.stop());

type Way = readonly [name: string, options: (url: string) => Promise<JSONSessionOptions>];

function through(newClient: (url: string) => Promise<[RedisClientLike, end: () => unknown]>) {
  return async (url: string): Promise<JSONSessionOptions> => {
    const [client, end] = await newClient(url);
    ends.push(end);
    return { store: new RedisStore(client) };
  };
}

/** Not awaited: a client of node-redis goes on trying to connect. */
function connectLater<T extends { connect(): Promise<unknown> }>(client: T): T {
  client.connect().catch(() => {});
  return client;
}

const ignore = (): void => {};

const WAYS: readonly Way[] = [
  ['a URL', async (url) => ({ url })],
  [
    'a node-redis client',
    through(async (url) => {
      const client = connectLater(createClient({ url }).on('error', ignore));
      return [client, () => client.destroy()];
    }),
  ],
  [
    'an ioredis client',
    through(async (url) => {
      const client = new Redis(url).on('error', ignore);
      return [client, () => client.disconnect()];
    }),
  ],
];

/** Of these it cannot be told whether a command was sent. */
const BLIND_WAYS: readonly Way[] = [
  [
    'a node-redis pool',
    through(async (url) => {
      const client = createClientPool({ url });
      client.on('error', ignore);
      connectLater(client);
      return [client, () => client.destroy()];
    }),
  ],
  [
    'an ioredis client without ready check',
    through(async (url) => {
      const client = new Redis(url, { enableReadyCheck: false }).on('error', ignore);
      return [client, () => client.disconnect()];
    }),
  ],
  [
    'an ioredis cluster',
    through(async (url) => {
      const client = new Cluster([url]).on('error', ignore);
      return [client, () => client.disconnect()];
    }),
  ],
];

const PLACES: readonly (readonly [name: string, url: () => Promise<string>])[] = [
  ['that refuses connections', async () => `redis://127.0.0.1:${await freePort()}`],
  ['that never answers', async () => hole.url],
];

/** Calls all methods at once, each on a session of its own; gives the code and time of each failure. */
async function failures(
  methods: typeof READS,
  options: JSONSessionOptions,
): Promise<Record<string, { code: unknown; ms: number }>> {
  const found = Object.entries(methods).map(async ([name, call]) => {
    const start = performance.now();
    const code = await call({ timeoutMs: TIMEOUT_MS, sessionId: randomUUID(), ...options }).then(
      (result) => `no failure: ${String(result)}`,
      (error: { code: unknown }) => error.code,
    );
    return [name, { code, ms: performance.now() - start }] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

function expectInTime(found: Record<string, { code: unknown; ms: number }>): void {
  for (const [name, { ms }] of Object.entries(found)) {
    expect({ [name]: ms < LATEST_MS }).toEqual({ [name]: true });
  }
}

function codes(found: Record<string, { code: unknown }>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(found).map(([name, { code }]) => [name, code]));
}

function all(methods: object, code: string): Record<string, unknown> {
  return Object.fromEntries(Object.keys(methods).map((name) => [name, code]));
}

describe.each(PLACES)('a server %s', (place, newUrl) => {
  test.each(WAYS)(
    'fails every method in time with store_unavailable, through %s',
    async (_, way) => {
      const options = await way(await newUrl());
      const methods = { ...READS, ...WRITES };
      const found = await failures(methods, options);

      expect(codes(found)).toEqual(all(methods, 'store_unavailable'));
      expectInTime(found);
    },
  );

  test.each(BLIND_WAYS)('fails every method in time, through %s', async (_, way) => {
    const options = await way(await newUrl());
    const [reads, writes] = await Promise.all([
      failures(READS, options),
      failures(WRITES, options),
    ]);

    expect(codes(reads)).toEqual(all(READS, 'store_unavailable'));
    for (const [name, { code }] of Object.entries(writes)) {
      expect([name, code]).toEqual([
        name,
        expect.stringMatching(/^(store_unavailable|outcome_unknown)$/),
      ]);
    }
    expectInTime(reads);
    expectInTime(writes);
  });

  test('is tried again by the next call', async () => {
    const options = { url: await newUrl(), timeoutMs: TIMEOUT_MS };
    const session = new JSONSession(options);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(session.getItems()).rejects.toMatchObject({ code: 'store_unavailable' });
    }
    await session.close();
    expect(place).not.toBe('');
  });
});

describe('the error', () => {
  test('names the reason that the system gives', async () => {
    const options = { url: `redis://127.0.0.1:${await freePort()}`, timeoutMs: TIMEOUT_MS };
    await expect(new JSONSession(options).getItems()).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test.each([
    ['WRONGPASS', (port: number) => `redis://:wrong@127.0.0.1:${port}`],
    ['NOAUTH', (port: number) => `redis://127.0.0.1:${port}`],
  ])('names %s, and comes without waiting for the deadline', async (reason, newUrl) => {
    const server = await startRedis({ args: ['--requirepass', 'right'] });
    ends.push(() => server.stop());
    const session = new JSONSession({ url: newUrl(server.port), timeoutMs: 20_000 });
    const start = performance.now();
    await expect(session.getItems()).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(reason),
    });
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('a server that stops answering', () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await startRedis();
  });

  afterEach(() => server.stop());

  test.each([...WAYS, BLIND_WAYS[0]!])(
    'fails reads with store_unavailable and sent writes with outcome_unknown, through %s',
    async (_, way) => {
      const options = await way(server.url);
      const warm = new JSONSession({ ...options, timeoutMs: 20_000 });
      await warm.addItems([{ role: 'user', content: 'hello' }]);
      server.kill('SIGSTOP');

      const reads = await failures(READS, options);
      const sent = {
        addItems: WRITES['addItems']!,
        create: WRITES['create']!,
        delete: WRITES['delete']!,
      };
      const writes = await failures(sent, options);

      expect(codes(reads)).toEqual(all(READS, 'store_unavailable'));
      expect(codes(writes)).toEqual(all(sent, 'outcome_unknown'));
      expectInTime(reads);
      expectInTime(writes);

      server.kill('SIGCONT');
      expect(await warm.getItems()).toEqual([{ role: 'user', content: 'hello' }]);
      await warm.addItems([{ role: 'user', content: 'again' }]);
      expect(await warm.getItems()).toHaveLength(2);
      await warm.close();
    },
  );

  test.each(WAYS)('lets go of calls that are aborted, through %s', async (_, way) => {
    const options = await way(server.url);
    const warm = new JSONSession({ ...options, timeoutMs: 20_000 });
    await warm.addItems([{ role: 'user', content: 'hello' }]);
    server.kill('SIGSTOP');
    const calls = { addItems: WRITES['addItems']!, getItems: READS['getItems']! };
    const found = Object.values(calls).map(async (call) => {
      const abort = new AbortController();
      const ended = call({ ...options, timeoutMs: 20_000, signal: abort.signal });
      setTimeout(() => abort.abort(), 50);
      return ended.then(
        () => 'answered',
        ({ code }: { code: string }) => code,
      );
    });

    expect(await Promise.all(found)).toEqual(['outcome_unknown', 'aborted']);

    server.kill('SIGCONT');
    expect(await warm.getItems()).toHaveLength(1);
    await warm.close();
  });

  test('does not hold a handle with a short timeout up behind one with a long timeout', async () => {
    const sessionId = randomUUID();
    const patient = new JSONSession({ url: server.url, sessionId, timeoutMs: 20_000 });
    const hasty = new JSONSession({ url: server.url, sessionId, timeoutMs: TIMEOUT_MS });
    await patient.addMessage({ role: 'user', content: '1' });
    server.kill('SIGSTOP');
    const first = patient.addMessage({ role: 'user', content: '2' });

    const start = performance.now();
    await expect(hasty.addMessage({ role: 'user', content: '3' })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(performance.now() - start).toBeLessThan(LATEST_MS);

    server.kill('SIGCONT');
    await first;
    await patient.addMessage({ role: 'user', content: '4' });
    const messages = await hasty.getMessages();
    expect(messages.map((message) => message.content)).toEqual(['1', '2', '4']);
    await Promise.all([patient.close(), hasty.close()]);
  });
});
