/**
 * Events as they come, on every kind of store.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { closeStores, JSONSession } from '../../src/index.ts';
import { newInspector } from '../../src/inspector/create-inspector.ts';
import { ownPrefix, SHARED_STORES, temporaryFolder } from '../processes/shared-stores.ts';
import { startRedis } from '../servers/redis-server.ts';
import { EventStream } from './event-stream.ts';
import { Inspection } from './inspection.ts';

const CHANGED = { name: 'changed', data: { version: expect.any(String) } };

afterAll(closeStores);

describe.each(SHARED_STORES)('in %s', (_, urlOf) => {
  const keyPrefix = ownPrefix();
  let url: string;
  let inspection: Inspection;
  let session: JSONSession;
  const streams: EventStream[] = [];

  beforeAll(() => {
    url = urlOf();
  });

  beforeEach(async () => {
    inspection = await Inspection.begin({ url, keyPrefix });
    session = await JSONSession.create({ url, keyPrefix, userId: 'ada', ttl: 600 });
  });

  afterEach(() => {
    for (const opened of streams.splice(0)) opened.leave();
  });

  async function stream(path = `/sessions/${session.sessionId}/events`): Promise<EventStream> {
    const opened = await EventStream.open(inspection, path);
    streams.push(opened);
    return opened;
  }

  async function say(content: string): Promise<void> {
    await session.addMessage({ role: 'user', content });
  }

  async function version(): Promise<string> {
    const told = (await inspection.get(`/sessions/${session.sessionId}`)) as { version: string };
    return told.version;
  }

  test('a session tells how it is, and each change within a second', async () => {
    const events = await stream();
    expect(events.response.headers.get('content-type')).toBe('text/event-stream');
    expect(events.response.headers.get('cache-control')).toBe('no-store');
    expect(await events.next()).toEqual({ name: 'changed', data: { version: await version() } });
    for (const change of [
      async () => say('hello'),
      async () => session.setAttributes({ title: 'x' }),
      async () => session.popTurn(),
      async () => session.clear(),
    ]) {
      await change();
      const start = performance.now();
      expect(await events.next()).toEqual({ name: 'changed', data: { version: await version() } });
      expect(performance.now() - start).toBeLessThan(1000);
    }
    expect(events.comments[0]).toBe(': connected');
  });

  test('a session that is gone is told, and one that comes again', async () => {
    const events = await stream();
    expect(await events.next()).toEqual(CHANGED);
    await session.delete();
    expect(await events.next()).toEqual({ name: 'gone', data: {} });
    const { sessionId } = session;
    await JSONSession.create({ url, keyPrefix, sessionId, ttl: 600 });
    expect(await events.next()).toEqual(CHANGED);
  });

  test('a session that is not there is told at once', async () => {
    const events = await stream('/sessions/nobody/events');
    expect(await events.next()).toEqual({ name: 'gone', data: {} });
  });

  test('all who look get the same, also those who come later', async () => {
    const first = await stream();
    const now = await first.next();
    const second = await stream();
    expect(await second.next()).toEqual(now);
    await say('hello');
    const [one, other] = await Promise.all([first.next(), second.next()]);
    expect(one).toEqual(CHANGED);
    expect(other).toEqual(one);
    first.leave();
    await say('hello again');
    expect(await second.next()).toEqual(CHANGED);
  });

  test('the list tells of what is new, written to, and gone', async () => {
    const events = await stream('/events');
    const seen = new Set([JSON.stringify(await events.next())]);
    await say('hello');
    seen.add(JSON.stringify(await events.next()));
    const other = await JSONSession.create({ url, keyPrefix, ttl: 600 });
    seen.add(JSON.stringify(await events.next()));
    await other.addMessage({ role: 'user', content: 'x' });
    seen.add(JSON.stringify(await events.next()));
    expect(seen.size).toBe(4);
    await other.delete();
    expect(await events.next()).toEqual(CHANGED);
  });

  test('streams end with the inspector', async () => {
    const events = await stream();
    await events.next();
    const ended = events.next().catch(() => null);
    await inspection.served.close();
    expect(await ended).toBeNull();
  });
});

test('Redis is watched once for all who look, and no more when the last has left', async () => {
  const server = await startRedis();
  const admin = createClient({ url: server.url });
  try {
    await admin.connect();
    const watchers = async (): Promise<number> => {
      const list = await admin.sendCommand<string>(['CLIENT', 'LIST']);
      return list.split('\n').filter((line) => / flags=\w*t/u.test(line)).length;
    };
    await using session = await JSONSession.create({ url: server.url, sessionId: 'watched' });
    const inspection = await Inspection.begin({ url: server.url });
    const path = '/sessions/watched/events';
    const streams = [await EventStream.open(inspection, path)];
    await streams[0]!.next();
    streams.push(await EventStream.open(inspection, path));
    await streams[1]!.next();
    expect(await watchers()).toBe(1);
    streams[0]!.leave();
    await session.addMessage({ role: 'user', content: 'x' });
    expect(await streams[1]!.next()).toEqual(CHANGED);
    streams[1]!.leave();
    while ((await watchers()) > 0) await wait(20);
    await inspection.served.close();
    await closeStores();
  } finally {
    admin.destroy();
    await server.stop();
  }
});

test('a server that dies is told, and when it is back', async () => {
  const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  try {
    const { url } = server;
    await using session = await JSONSession.create({ url, sessionId: 'x' });
    const inspection = await Inspection.begin({ url, timeoutMs: 2000 });
    const events = await EventStream.open(inspection, '/sessions/x/events');
    const before = await events.next();
    server.kill('SIGKILL');
    const gone = { name: 'unavailable', data: { code: 'store_unavailable' } };
    expect(await events.next()).toEqual(gone);
    await server.restart();
    expect(await events.next()).toEqual(before);
    await session.addMessage({ role: 'user', content: 'x' });
    expect(await events.next()).toEqual(CHANGED);
    while (!/ flags=\w*t/u.test(await server.cli('CLIENT', 'LIST'))) await wait(20);
    events.leave();
    await closeStores();
  } finally {
    await server.stop();
  }
});

test('a silent stream has a sign of life now and then', async () => {
  const url = `sqlite:${temporaryFolder()}/sessions.db`;
  await JSONSession.create({ url, sessionId: 'x' });
  await using inspector = newInspector({ url }, { pageFolder: '', heartbeatMs: 20 });
  const headers = { Authorization: `Bearer ${inspector.token}` };
  const path = 'http://localhost/api/sessions/x/events';
  const { body } = await inspector.fetch(new Request(path, { headers }));
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/still here[^]*still here/u.test(text)) text += (await reader.read()).value ?? '';
  expect(text).toMatch(/^: connected\n\nevent: changed\n/u);
  await reader.cancel();
});
