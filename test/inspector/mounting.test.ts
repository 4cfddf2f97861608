/**
 * The inspector in servers of others, and the files of its page.
 *
 * @module
 */
import { createServer } from 'node:http';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { mount } from 'hono/mount';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { closeStores, JSONSession } from '../../src/index.ts';
import {
  createInspector,
  type Inspector,
  type InspectorOptions,
} from '../../src/inspector/index.ts';
import { newInspector } from '../../src/inspector/create-inspector.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';

const ODD_ID = 'a/b%2F';
const ODD_SEGMENT = encodeURIComponent(ODD_ID);

let url: string;
let pageFolder: string;

beforeAll(async () => {
  url = `sqlite:${temporaryFolder()}/sessions.db`;
  await JSONSession.create({ url, sessionId: ODD_ID, userId: 'ada' });
  const folder = temporaryFolder();
  pageFolder = `${folder}/page`;
  mkdirSync(`${pageFolder}/assets`, { recursive: true });
  writeFileSync(`${pageFolder}/index.html`, '<!doctype html><title>Page</title>');
  writeFileSync(`${pageFolder}/icon.svg`, '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(`${pageFolder}/assets/index-C0FFEE.js`, 'export {};');
  writeFileSync(`${pageFolder}/assets/index-C0FFEE.css`, 'body {}');
  writeFileSync(`${folder}/secret.txt`, 'secret');
  symlinkSync(`${folder}/secret.txt`, `${pageFolder}/linked.txt`);
});

afterAll(closeStores);

function inspect(options: InspectorOptions = {}): Inspector {
  const inspector = newInspector({ url, ...options }, { pageFolder, heartbeatMs: 1000 });
  onTestFinished(() => inspector.close());
  return inspector;
}

/** What an app answers at a path, and the API below it. */
async function answers(
  ask: (path: string, init?: RequestInit) => Response | Promise<Response>,
  { token }: Inspector,
): Promise<unknown[]> {
  const init = { headers: { Authorization: `Bearer ${token}` } };
  const page = await ask('/');
  const refused = await ask('/api/info');
  const session = await ask(`/api/sessions/${ODD_SEGMENT}`, init);
  const nothing = await ask('/api/nothing', init);
  return [await page.text(), refused.status, await session.json(), await nothing.json()];
}

const ANSWERS = [
  '<!doctype html><title>Page</title>',
  401,
  expect.objectContaining({ metadata: expect.objectContaining({ sessionId: ODD_ID }) }),
  { error: { code: 'not_found', message: 'There is nothing here' } },
];

describe('in an app of Hono', () => {
  test('with a path of its own', async () => {
    const inspector = inspect({ basePath: '/admin/inspector/' });
    const app = new Hono();
    app.get('/', (context) => context.text('mine'));
    app.route('/', inspector.app);
    expect(
      await answers(async (path, init) => app.request(`/admin/inspector${path}`, init), inspector),
    ).toEqual(ANSWERS);
    expect(await (await app.request('/')).text()).toBe('mine');
    expect((await app.request('/api/info')).status).toBe(404);
    const moved = await app.request('/admin/inspector');
    expect([moved.status, moved.headers.get('location')]).toEqual([308, 'inspector/']);
  });

  test('below a path of the app, with a parameter too', async () => {
    const inspector = inspect();
    const app = new Hono().route('/tenants/:tenant/look', inspector.app);
    expect(
      await answers(async (path, init) => app.request(`/tenants/a/look${path}`, init), inspector),
    ).toEqual(ANSWERS);
    const moved = await app.request('/tenants/a/look');
    expect([moved.status, moved.headers.get('location')]).toEqual([308, 'look/']);
  });

  test('by mount', async () => {
    const inspector = inspect();
    const app = new Hono().all('/look/*', mount(inspector.fetch));
    expect(
      await answers(async (path, init) => app.request(`/look${path}`, init), inspector),
    ).toEqual(ANSWERS);
  });

  test('beside handlers of the app for what fails', async () => {
    const inspector = inspect({ basePath: '/look' });
    const app = new Hono();
    app.onError((_, context) => context.text('theirs', 500));
    app.notFound((context) => context.text('theirs', 404));
    app.route('/', inspector.app);
    const answer = await app.request('/look/api/sessions/lost', {
      headers: { Authorization: `Bearer ${inspector.token}` },
    });
    expect(await answer.json()).toMatchObject({ error: { code: 'session_not_found' } });
    expect(await (await app.request('/elsewhere')).text()).toBe('theirs');
  });
});

test('in a server of Node', async () => {
  const inspector = inspect({ basePath: '/look', allowedHosts: ['127.0.0.1'] });
  const listener = getRequestListener(inspector.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith('/look') === true) void listener(incoming, outgoing);
    else outgoing.end('mine');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  expect(
    await answers(async (path, init) => fetch(`${origin}/look${path}`, init), inspector),
  ).toEqual(ANSWERS);
  expect(await (await fetch(origin)).text()).toBe('mine');
});

test('over a store that is opened already, which stays open', async () => {
  const store = await SqliteStore.open(`${temporaryFolder()}/sessions.db`);
  await JSONSession.create({ store, sessionId: ODD_ID });
  const inspector = newInspector({ store }, { pageFolder, heartbeatMs: 1000 });
  expect(
    await answers(
      async (path, init) => inspector.fetch(new Request(`http://localhost${path}`, init)),
      inspector,
    ),
  ).toEqual(ANSWERS);
  await inspector.close();
  await inspector.close();
  await using session = await JSONSession.load(ODD_ID, { store });
  expect(await session.getMessages()).toEqual([]);
  await store.close();
});

test('a request of another host is refused in an app, too', async () => {
  const inspector = inspect({ basePath: '/look' });
  const app = new Hono().route('/', inspector.app);
  expect((await app.request('http://evil.example/look/')).status).toBe(403);
  const allowed = inspect({ basePath: '/look', allowedHosts: ['Inspector.example:8443'] });
  const other = new Hono().route('/', allowed.app);
  expect((await other.request('https://inspector.example:8443/look/')).status).toBe(200);
  expect((await other.request('https://inspector.example/look/')).status).toBe(403);
  expect((await other.request('http://localhost/look/')).status).toBe(403);
});

test.each([
  [{ basePath: 'look' }, 'basePath'],
  [{ basePath: '/a/:b' }, 'basePath'],
  [{ basePath: '/a/*' }, 'basePath'],
  [{ basePath: '/a/../b?' }, 'basePath'],
  [{ allowedHosts: [] }, 'allowedHosts'],
  [{ allowedHosts: ['*'] }, 'allowedHosts[0]'],
  [{ allowedHosts: ['a.example', 'http://b.example'] }, 'allowedHosts[1]'],
  [{ write: 'yes' }, 'write'],
  [{ keyPrefix: '' }, 'keyPrefix'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ url: 'sqlite:x', store: {} }, 'store'],
  [5, 'options'],
])('the options %j are refused', (options, field) => {
  expect(() => createInspector(options as InspectorOptions)).toThrow(
    expect.objectContaining({ code: 'invalid_input', field }),
  );
});

describe('the files of the page', () => {
  async function ask(path: string, method = 'GET'): Promise<Response> {
    return inspect().fetch(new Request(`http://localhost${path}`, { method }));
  }

  test.each([
    ['/', 'text/html; charset=utf-8', 'no-store'],
    ['/index.html', 'text/html; charset=utf-8', 'no-store'],
    ['/icon.svg', 'image/svg+xml; charset=utf-8', 'no-store'],
    [
      '/assets/index-C0FFEE.js',
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ],
    ['/assets/index-C0FFEE.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
  ])('%s comes as %s, kept as %s', async (path, type, kept) => {
    const answer = await ask(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('cache-control')).toBe(kept);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const head = await ask(path, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test.each([
    '/linked.txt',
    '/assets',
    '/assets/',
    '/secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/constructor',
  ])('%s is none', async (path) => {
    const answer = await ask(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toBe('secret');
  });

  test('are only read', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await ask('/', method)).status).toBe(405);
  });

  test('are found once they are built', async () => {
    const late = `${temporaryFolder()}/late`;
    const inspector = newInspector({ url }, { pageFolder: late, heartbeatMs: 1000 });
    const page = async (): Promise<Response> => inspector.fetch(new Request('http://localhost/'));
    const missing = await page();
    expect(missing.status).toBe(503);
    expect(await missing.json()).toMatchObject({ error: { code: 'page_missing' } });
    mkdirSync(late);
    writeFileSync(`${late}/index.html`, 'built');
    expect(await (await page()).text()).toBe('built');
    await inspector.close();
  });
});
