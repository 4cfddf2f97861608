/**
 * Connections over TLS: certificates are verified, and an authority of one's own can be told.
 *
 * @module
 */
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  closeStores,
  JSONSession,
  type JSONSessionOptions,
  SessionError,
} from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { runScript } from '../processes/run-script.ts';
import { startTlsRedis, type TlsRedis } from './tls-redis.ts';

const PASSWORD = 'pa55word-in-the-url';

let server: TlsRedis;

beforeAll(async () => {
  server = await startTlsRedis(PASSWORD);
});

afterAll(async () => {
  await closeStores();
  await server.stop();
});

function urlOf(host: string): string {
  return `rediss://:${PASSWORD}@${host}:${server.port}`;
}

/** Writes and reads through a session, and deletes it. */
async function roundTrip(options: JSONSessionOptions): Promise<unknown> {
  const session = new JSONSession({ timeoutMs: 20_000, ...options });
  await session.addMessage({ role: 'user', content: 'Hello' });
  const [message] = await session.getMessages();
  await session.delete();
  return message?.content;
}

async function failure(options: JSONSessionOptions): Promise<SessionError> {
  const error = await roundTrip({ timeoutMs: 2000, ...options }).then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  const shown = `${inspect(error, { depth: Infinity, showHidden: true })} ${JSON.stringify(error)}`;
  expect(shown).not.toContain(PASSWORD);
  expect(shown).not.toContain('rediss:');
  expect(error).toBeInstanceOf(SessionError);
  return error as SessionError;
}

describe.concurrent('by URL', () => {
  test('an authority that nobody knows is refused', async () => {
    const start = performance.now();
    const { code, message } = await failure({ url: urlOf('localhost'), timeoutMs: 20_000 });
    expect(code).toBe('store_unavailable');
    expect(message).toMatch(/was refused \([A-Z_]*(?:CERT|ISSUER|SIGNATURE)/u);
    // Another attempt would see the same certificate.
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  test.each([
    ['rejectUnauthorized=false'],
    ['ssl_cert_reqs=none'],
    ['tls=false'],
    ['checkServerIdentity='],
  ])('nothing in the URL turns that off: %s', async (query) => {
    const url = `${urlOf('localhost')}?${query}`;
    const { code, message } = await failure({ url, timeoutMs: 20_000 });
    expect(code).toBe('store_unavailable');
    expect(message).toContain('was refused');
  });

  test('a plain connection is no way in', async () => {
    const url = `redis://:${PASSWORD}@localhost:${server.port}`;
    const { code } = await failure({ url });
    expect(code).toMatch(/^(?:store_unavailable|outcome_unknown)$/u);
  });

  // Node reads the file once, when a process starts.
  async function runWith(host: string, caFile: string): Promise<string> {
    const { output, errors, code } = await runScript(
      `const session = new JSONSession({ url: ${JSON.stringify(urlOf(host))}, timeoutMs: 15000 });
      try {
        await session.addMessage({ role: 'user', content: 'over TLS' });
        console.log((await session.getMessages())[0].content);
        await session.delete();
      } catch (error) {
        console.log(error.code, error.message);
      }
      await closeStores();`,
      { env: { NODE_EXTRA_CA_CERTS: caFile } },
    );
    expect(`${output}${errors}`).not.toContain(PASSWORD);
    expect(code).toBe(0);
    return output.trim();
  }

  test('an authority in NODE_EXTRA_CA_CERTS is known', async () => {
    expect(await runWith('localhost', server.caFile)).toBe('over TLS');
  });

  test('a certificate for another host is refused', async () => {
    const output = await runWith('127.0.0.1', server.caFile);
    expect(output).toMatch(/^store_unavailable .*ERR_TLS_CERT_ALTNAME_INVALID/u);
  });
});

const ignore = (): void => {};

type Connect = (host: string, ca: string | undefined) => Promise<readonly [RedisStore, () => void]>;

const CLIENTS: readonly (readonly [string, Connect])[] = [
  [
    'node-redis',
    async (host, ca) => {
      const client = createClient({
        url: urlOf(host),
        socket: { tls: true, ...(ca !== undefined && { ca }) },
      });
      client.on('error', ignore);
      client.connect().catch(ignore);
      return [new RedisStore(client), () => client.destroy()];
    },
  ],
  [
    'ioredis',
    async (host, ca) => {
      const client = new Redis(urlOf(host), { tls: ca === undefined ? {} : { ca } });
      client.on('error', ignore);
      return [new RedisStore(client), () => client.disconnect()];
    },
  ],
];

describe.concurrent.each(CLIENTS)('through %s', (_, connect) => {
  async function using(
    host: string,
    ca: string | undefined,
    use: (options: JSONSessionOptions) => Promise<unknown>,
  ): Promise<unknown> {
    const [store, end] = await connect(host, ca);
    try {
      return await use({ store });
    } finally {
      end();
    }
  }

  test('an authority that is told is known', async () => {
    expect(await using('localhost', server.ca, roundTrip)).toBe('Hello');
  });

  test('one that is not told is refused', async () => {
    const error = await using('localhost', undefined, failure);
    expect(error).toMatchObject({ code: 'store_unavailable' });
  });

  test('a certificate for another host is refused', async () => {
    const error = await using('127.0.0.1', server.ca, failure);
    expect(error).toMatchObject({ code: 'store_unavailable' });
  });
});
