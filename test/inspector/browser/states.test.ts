import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Page } from 'playwright-core';
import { createClient } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { createInspector } from '../../../src/inspector/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { PYTHON_DOCUMENTS } from '../../../src/testing/python-documents.ts';
import { writeRedisDocument } from '../../document/redis-documents.ts';
import { testKeyring } from '../../encryption/keyrings.ts';
import { startRedis } from '../../servers/redis-server.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';
import { ownBrowser } from './own-browser.ts';
import { addArabicSession, addFailedSession } from './sample-sessions.ts';
import { openSqlite } from './stores.ts';
import { eventually, expectNoProblems, openPage, sees, visit } from './visit.ts';

const browser = await ownBrowser();

describe('sessions of all kinds', () => {
  it('are listed where they are encrypted, and read with their key alone', async () => {
    const place = await openSqlite();
    const encryption = await testKeyring();
    await using session = await JSONSession.create({ ...place, sessionId: 'hushed', encryption });
    await session.setAttributes({ title: 'Between us' });
    await session.addMessage({ role: 'user', content: 'The secret word' });
    const without = await visit(browser, { ...place, write: true });
    const { page, goTo } = without;

    await page.locator('.session-row', { hasText: 'Between us' }).click();
    await sees(page, 'The messages are encrypted');
    await sees(page, '--keys');
    expect(await page.getByText('1 message', { exact: true }).count()).toBeGreaterThan(0);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('button', { name: 'Export the session' }).click();
    await sees(page, 'It is encrypted, and its key is not here');
    const refused = page.waitForResponse(/\/document$/u);
    await page.getByRole('button', { name: 'Document' }).click();
    await refused;
    await page.locator('.state', { hasText: 'The messages are encrypted' }).waitFor();
    await goTo('#/compare?left=hushed&right=hushed');
    await sees(page, 'The messages are encrypted');
    expect(await page.content()).not.toContain('secret word');

    const visited = await visit(browser, { ...place, encryption, view: '#/sessions/hushed' });
    await sees(visited.page, 'The secret word');
    expectNoProblems(visited);
  });

  it('are those of the Python class as well', async () => {
    const client = await createClient({ url: sharedRedisUrl() }).connect();
    onTestFinished(() => client.destroy());
    const keyPrefix = `page-${crypto.randomUUID()}:`;
    for (const [sessionId, document] of Object.entries(PYTHON_DOCUMENTS)) {
      await writeRedisDocument(client, keyPrefix + sessionId, document);
    }
    const visited = await visit(browser, { store: new RedisStore(client), keyPrefix });
    const { page } = visited;

    await page.locator('.session-row', { hasText: 'py-chat' }).click();
    await sees(page, 'Hello, can you plan a trip to Oslo?');
    const authors = await page.locator('.author').allInnerTexts();
    expect(authors.map((author) => /^\S+/u.exec(author)?.[0])).toEqual([
      'User',
      'Triage',
      'User',
      'Planner',
      'System',
    ]);
    await using session = new JSONSession({
      store: new RedisStore(client),
      keyPrefix,
      sessionId: 'py-chat',
    });
    await session.addMessage({ role: 'user', content: 'And in June?' });
    await sees(page, 'And in June?');
    expectNoProblems(visited);
  });

  it('say what a run that failed has left', async () => {
    const place = await openSqlite();
    await addFailedSession(place, 'broken');
    const visited = await visit(browser, { ...place, view: '#/sessions/broken' });
    const { page } = visited;

    await sees(page, 'Where is my parcel?');
    const failed = page.locator('.entry', { has: page.getByText('Failed run') });
    expect(await failed.allInnerTexts()).toEqual([expect.stringContaining('Where is my parcel?')]);
    expectNoProblems(visited);
  });

  it('are shown from right to left where they are written so', async () => {
    const place = await openSqlite();
    await addArabicSession(place, 'arabic');
    const visited = await visit(browser, place);
    const { page } = visited;
    const directions = async (selector: string): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll('${selector}')].map((element) => getComputedStyle(element).direction)`,
      );

    const row = page.locator('.session-row');
    await row.waitFor();
    expect(await directions('.session-title bdi')).toEqual(['rtl']);
    await row.click();
    await sees(page, 'Thank you for your patience.');
    expect(await directions('.entry .text')).toEqual(['rtl', 'rtl']);
    // Each line begins at the side of its own language.
    expect(await page.evaluate(SIDES)).toEqual(['right', 'right', 'left']);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
    expectNoProblems(visited);
  });
});

describe('a store that does not answer', () => {
  it('is told, and read again when it is back or when a person asks', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const store = RedisStore.open(server.url);
    onTestFinished(() => store.close());
    const place = { store, keyPrefix: 'session:' };
    await using session = await JSONSession.create({ ...place, sessionId: 'chat', userId: 'ada' });
    await session.addMessage({ role: 'user', content: 'Is anybody there?' });
    server.kill('SIGSTOP');
    onTestFinished(() => server.kill('SIGCONT'));
    const { page, goTo } = await visit(browser, { ...place, timeoutMs: 300 });

    for (const view of ['#/sessions', '#/sessions/chat', '#/dashboard']) {
      await goTo(view);
      const problem = page.getByRole('alert').filter({ hasText: 'That did not work' });
      await problem.getByText('The store cannot be reached').waitFor();
      await problem.getByRole('button', { name: 'Try again' }).waitFor();
    }
    server.kill('SIGCONT');
    // Nothing tells the dashboard.
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => page.locator('.tile').first().innerText()).toMatch(/Sessions\s+1/u);

    await goTo('#/sessions/chat');
    await sees(page, 'Is anybody there?');
    await goTo('#/sessions');
    await sees(page, '1 session');
    server.kill('SIGSTOP');
    await sees(page, 'Connection lost');
    await sees(page, '1 session');
    server.kill('SIGCONT');
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
    await session.setAttributes({ title: 'It is back' });
    await session.addMessage({ role: 'user', content: 'Again' });
    await sees(page, 'It is back');
  });
});

describe('many tabs', () => {
  it('give their connections back while nobody sees them, and follow again when they are seen', async () => {
    const place = await openSqlite();
    const visited = await visit(browser, place);
    const pages = [visited.page];
    await sees(visited.page, 'No sessions yet');

    // A browser makes six connections to a host, and a stream of events takes one.
    while (pages.length < 8) {
      await setHidden(pages.at(-1)!, true);
      const page = await visited.page.context().newPage();
      pages.push(page);
      await page.goto(visited.served.url);
      await sees(page, 'No sessions yet');
    }
    await using session = await JSONSession.create({ ...place, sessionId: 'new-one' });
    await sees(pages.at(-1)!, 'new-one');
    expect(await visited.page.getByText('new-one').count()).toBe(0);
    await setHidden(pages.at(-1)!, true);
    await setHidden(visited.page, false);
    await sees(visited.page, 'new-one');
    await session.delete();
    await sees(visited.page, 'No sessions yet');
    expectNoProblems(visited);
  });
});

describe('an inspector below a path', () => {
  it('finds its files, its API and its events there, and links lead there', async () => {
    const place = await openSqlite();
    await addArabicSession(place, 'arabic');
    const inspector = createInspector({ ...place, basePath: '/tools/inspector' });
    onTestFinished(() => inspector.close());
    const app = new Hono().route('/', inspector.app);
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Without the slash at its end, as people type it.
    const url = `${origin}/tools/inspector#token=${inspector.token}`;
    const visited = await openPage(browser, { url });
    const { page, requests } = visited;

    await page.locator('.session-row').click();
    await sees(page, 'Thank you for your patience.');
    await using session = await JSONSession.load('arabic', place);
    await session.addMessage({ role: 'user', content: 'By itself' });
    await sees(page, 'By itself');
    const { id } = (await session.getMessages({ limit: 1 }))[0]!;
    const address = new URL(page.url());
    expect(address.pathname).toBe('/tools/inspector/');
    await page.goto(`${address.origin}${address.pathname}#/sessions/arabic?message=${id}`);
    await page.reload();
    await eventually(() => page.locator('.is-target').innerText()).toContain('By itself');
    const outside = requests.filter((asked) => !asked.startsWith(`${origin}/tools/inspector`));
    expect(outside).toEqual([]);
    expectNoProblems(visited);
  });
});

/** At which side of its text each line of a conversation stands. */
const SIDES = `[...document.querySelectorAll('.entry .lines')].flatMap((element) => {
  const place = element.getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(element);
  const lines = new Map();
  for (const { left, right, top } of range.getClientRects()) {
    const line = lines.get(top) ?? { left, right };
    lines.set(top, { left: Math.min(left, line.left), right: Math.max(right, line.right) });
  }
  return [...lines.values()].map(({ left, right }) =>
    left - place.left > place.right - right ? 'right' : 'left');
})`;

/** Says to a page that it is seen or not: without a window, Chromium takes each for seen. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  })()`);
}
