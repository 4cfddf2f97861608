import { Redis } from 'ioredis';
import { createClient, createClientPool } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CallAbortedError,
  doctor,
  InvalidInputError,
  type SessionStore,
  StoreClosedError,
} from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { freePort } from '../servers/free-port.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { codesOf, messageOf } from './reports.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
});

afterEach(() => vi.useRealTimers());

afterAll(() => server.stop());

describe('facts', () => {
  it('name product and version, and the faults that are known of it', async () => {
    const report = await doctor({ url: server.url });
    expect(report.server).toEqual({
      product: 'Redis',
      version: server.version,
      json: true,
      search: server.hasSearch,
      nodes: 1,
    });
    expect(codesOf(report)).not.toContain('version_not_checked');
    // With the server of the wheel; a newer one has none of them.
    const isOld = /^7\.4\.[0-5]$/.test(server.version);
    expect(codesOf(report).includes('lua_vulnerability')).toBe(isOld);
    expect(codesOf(report).includes('jsonpath_abort')).toBe(isOld);
  });

  it('tell a server without JSON, which cannot abort on a JSONPath', async () => {
    const plain = await startRedis({ modules: 'none' });
    const report = await doctor({ url: plain.url });
    await plain.stop();
    expect(report).toMatchObject({ ok: false, server: { json: false, search: false } });
    expect(codesOf(report)).toContain('json_missing');
    expect(codesOf(report)).not.toContain('json_merge_missing');
    expect(codesOf(report)).not.toContain('jsonpath_abort');
    expect(codesOf(await doctor({ url: server.url }))).not.toContain('json_missing');
  });

  it('tell commands that were taken away', async () => {
    const crippled = await startRedis({
      modules: 'json',
      args: ['--rename-command', 'EVALSHA', '', '--rename-command', 'CONFIG', ''],
    });
    const report = await doctor({ url: crippled.url });
    await crippled.stop();
    expect(messageOf(report, 'command_missing')).toBe('The server does not know EVALSHA.');
    expect(messageOf(report, 'settings_not_checked')).toContain('save');
    const whole = codesOf(await doctor({ url: server.url }));
    expect(whole).not.toContain('command_missing');
    expect(whole).not.toContain('json_merge_missing');
    expect(whole).not.toContain('settings_not_checked');
  });
});

describe('every client', () => {
  it.each([2, 3] as const)('gives the same report, RESP%i', async (RESP) => {
    const expected = await doctor({ url: server.url });
    const single = createClient({ url: server.url, RESP }).on('error', () => {});
    await single.connect();
    const pool = createClientPool({ url: server.url, RESP });
    await pool.connect();
    const ioredis = new Redis(server.url, { protocol: RESP });
    for (const client of [single, pool, ioredis]) {
      expect(await doctor({ store: new RedisStore(client) })).toEqual(expected);
    }
    single.destroy();
    pool.destroy();
    ioredis.disconnect();
  });

  it('stays open, and nothing is written', async () => {
    const client = createClient({ url: server.url });
    await client.connect();
    const before = await client.sendCommand(['DBSIZE']);
    await doctor({ store: new RedisStore(client) });
    expect(await client.sendCommand(['DBSIZE'])).toBe(before);
    client.destroy();
  });
});

describe('a password', () => {
  it('is missed where there is none, and never told', async () => {
    expect(codesOf(await doctor({ url: server.url }))).toContain('user_without_password');
    const secret = 'correct-horse-battery';
    const guarded = await startRedis({ modules: 'json' });
    await guarded.cli('ACL', 'SETUSER', 'writer', 'on', `>${secret}`, '+@all', '~*', '&*');
    const url = new URL(guarded.url);
    url.username = 'writer';
    url.password = secret;
    const report = await doctor({ url: url.href });
    expect(codesOf(report)).not.toContain('user_without_password');
    expect(codesOf(report)).not.toContain('user_not_checked');
    url.password = `wrong-${secret}`;
    const refused = await doctor({ url: url.href });
    expect(refused.ok).toBe(false);
    expect(messageOf(refused, 'server_unavailable')).toContain('WRONGPASS');
    await guarded.cli('ACL', 'SETUSER', 'default', 'off');
    const anonymous = await doctor({ url: guarded.url });
    expect(messageOf(anonymous, 'server_unavailable')).toContain('NOAUTH');
    const client = new Redis(guarded.url, { enableReadyCheck: false, protocol: 2 }).on(
      'error',
      () => {},
    );
    const unnamed = await doctor({ store: new RedisStore(client) });
    client.disconnect();
    expect(codesOf(unnamed)).toEqual(['server_unavailable']);
    expect(messageOf(unnamed, 'server_unavailable')).toContain('NOAUTH');
    await guarded.stop();
    expect(JSON.stringify([report, refused, anonymous])).not.toContain(secret);
  });
});

describe('a server that does not answer', () => {
  it('is a finding, in time', async () => {
    const url = `redis://:secret@127.0.0.1:${await freePort()}`;
    const report = await doctor({ url, timeoutMs: 300 });
    expect(report).toMatchObject({ ok: false, server: { product: null, nodes: 0 } });
    expect(messageOf(report, 'server_unavailable')).toContain('ECONNREFUSED');
    expect(JSON.stringify(report)).not.toContain('secret');
    expect(codesOf(await doctor({ url: server.url }))).not.toContain('server_unavailable');
  });

  it('is a finding when it stops in between', async () => {
    const stopped = await startRedis({ modules: 'json' });
    const client = createClient({ url: stopped.url }).on('error', () => {});
    await client.connect();
    stopped.kill('SIGSTOP');
    const report = await doctor({ store: new RedisStore(client), timeoutMs: 300 });
    stopped.kill('SIGCONT');
    expect(codesOf(report)).toEqual(['server_unavailable']);
    client.destroy();
    await stopped.stop();
  });

  it('is left when the caller does not want to wait any more', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const call = doctor({ url, signal: AbortSignal.timeout(100) });
    await expect(call).rejects.toBeInstanceOf(CallAbortedError);
  });
});

describe('the clock', () => {
  it.each([
    [3_600_000, 'behind'],
    [-3_600_000, 'ahead of'],
  ])('is compared: this process %i ms off', async (offset, direction) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offset });
    const report = await doctor({ url: server.url });
    expect(messageOf(report, 'clock_differs')).toMatch(
      new RegExp(`is (3599|3600|3601)\\.\\d s ${direction} this process`),
    );
  });

  it('is right here', async () => {
    const codes = codesOf(await doctor({ url: server.url }));
    expect(codes).not.toContain('clock_differs');
    expect(codes).not.toContain('clock_not_checked');
  });

  it('is not blamed for a slow connection', async () => {
    const client = createClient({ url: server.url });
    await client.connect();
    // The answer to TIME is three seconds old when it is here.
    const store = new RedisStore({
      async send({ args }): Promise<unknown> {
        const reply = await client.sendCommand([...args]);
        const { promise, resolve } = Promise.withResolvers<unknown>();
        setTimeout(() => resolve(reply), args[0] === 'TIME' ? 3000 : 0);
        return promise;
      },
    });
    const report = await doctor({ store, timeoutMs: 20_000 });
    expect(codesOf(report)).not.toContain('clock_differs');
    client.destroy();
  });
});

describe('search indexes', () => {
  it.each([
    ['over all keys', ['ON', 'JSON'], true],
    ['over the prefix', ['ON', 'JSON', 'PREFIX', '2', 'other:', 'session:'], true],
    ['over a part of the prefix', ['ON', 'JSON', 'PREFIX', '1', 'sess'], true],
    ['over some sessions', ['ON', 'JSON', 'PREFIX', '1', 'session:team-a:'], true],
    ['over other keys', ['ON', 'JSON', 'PREFIX', '1', 'other:'], false],
    ['over hashes', ['ON', 'HASH', 'PREFIX', '1', 'session:'], false],
  ])('%s', async (_name, about, isFound) => {
    await server.cli('FT.CREATE', 'idx', ...about, 'SCHEMA', '$.user_id', 'AS', 'user', 'TAG');
    const resp2 = createClient({ url: server.url, RESP: 2 });
    await resp2.connect();
    const reports = [
      await doctor({ url: server.url }),
      await doctor({ store: new RedisStore(resp2) }),
    ];
    resp2.destroy();
    await server.cli('FT.DROPINDEX', 'idx');
    for (const report of reports) {
      expect(codesOf(report)).not.toContain('search_not_checked');
      expect(messageOf(report, 'search_index_on_sessions')).toEqual(
        isFound ? 'The search index "idx" takes in session documents.' : undefined,
      );
    }
  });

  it('are compared with the prefix that sessions have', async () => {
    await server.cli(
      'FT.CREATE',
      'idx',
      'ON',
      'JSON',
      'PREFIX',
      '1',
      'chat:',
      'SCHEMA',
      '$.a',
      'TAG',
    );
    const ours = await doctor({ url: server.url, keyPrefix: 'chat:' });
    const others = await doctor({ url: server.url });
    await server.cli('FT.DROPINDEX', 'idx');
    expect(codesOf(ours)).toContain('search_index_on_sessions');
    expect(codesOf(others)).not.toContain('search_index_on_sessions');
  });
});

describe('arguments', () => {
  it.each([
    ['url', { url: 'http://localhost' }],
    ['url', { url: 1 as unknown as string }],
    ['store', { store: {} as SessionStore }],
    ['keyPrefix', { keyPrefix: '' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['signal', { signal: {} as AbortSignal }],
  ])('%s of %j are refused', async (field, options) => {
    await expect(doctor(options)).rejects.toMatchObject({ code: 'invalid_input', field });
  });

  it('a url and a store exclude each other', async () => {
    const store = RedisStore.open(sharedRedisUrl());
    const both = doctor({ url: server.url, store });
    await expect(both).rejects.toBeInstanceOf(InvalidInputError);
    await store.close();
    await expect(doctor({ store })).rejects.toBeInstanceOf(StoreClosedError);
  });
});
