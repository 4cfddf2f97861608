import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';

import { JSONSession } from '../../../src/index.ts';
import { SqliteStore } from '../../../src/stores/sqlite/index.ts';
import { PATIENCE } from '../../processes/patience.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';
import { ownBrowser } from './own-browser.ts';
import { addLongSession } from './sample-sessions.ts';
import { openSqlite, startRedisPlaces } from './stores.ts';
import { eventually, expectNoProblems, sees, visit } from './visit.ts';

const openInRedis = await startRedisPlaces();
const browser = await ownBrowser();

/** Scrolls up through some screens, and gives how many rows there were at most. */
const SCROLL = `new Promise((resolve) => {
  const box = document.querySelector('.transcript');
  let [frames, rows] = [0, 0];
  const step = () => {
    rows = Math.max(rows, box.querySelectorAll('.virtual-row').length);
    box.scrollTop -= 60;
    frames += 1;
    if (frames < 90) requestAnimationFrame(step);
    else resolve(rows);
  };
  requestAnimationFrame(step);
})`;

describe('what is large', () => {
  it('scrolls 10,000 messages with only the rows that are seen', async () => {
    const place = await openInRedis();
    await addLongSession(place, 'long', 10_000);
    const visited = await visit(browser, { ...place, view: '#/sessions/long' });
    const { page } = visited;

    await sees(page, 'It is 2499 km.');
    await sees(page, '2,500 turns');
    expect(await page.evaluate(SCROLL)).toBeLessThan(60);

    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await sees(page, 'Question 0: how far');
    // Who reads further up is not moved by what comes in.
    await using session = await JSONSession.load('long', place);
    await session.addMessage({ role: 'user', content: 'The newest one' });
    await sees(page, '2,501 turns');
    expect(await page.getByText('Question 0: how far').first().isVisible()).toBe(true);
    await page.keyboard.press('G');
    await sees(page, 'The newest one');
    expectNoProblems(visited);
  });

  it('goes to a message far up by its link', async () => {
    const place = await openSqlite();
    await addLongSession(place, 'long', 3000);
    await using session = await JSONSession.load('long', place);
    const messages = await session.getMessages();
    const wanted = messages.find(({ content }) => content.startsWith('Question 7:'));
    const view = `#/sessions/long?message=${wanted?.id}`;
    const { page } = await visit(browser, { ...place, view });

    const target = page.locator('.is-target');
    await target.waitFor(PATIENCE);
    expect(await target.innerText()).toContain('Question 7:');
    await eventually(() =>
      page.evaluate('document.querySelector(".is-target").getBoundingClientRect().top'),
    ).toBeGreaterThan(100);
  });

  it('compares all of two conversations, more than are loaded of one by itself', async () => {
    const place = await openSqlite();
    await addLongSession(place, 'long', 20_400);
    await using session = await JSONSession.load('long', place);
    await session.fork({ sessionId: 'fork' });
    const { page } = await visit(browser, { ...place, view: '#/compare?left=long&right=fork' });

    const shared = page.locator('.shared-note');
    await shared.waitFor(PATIENCE);
    expect(await shared.innerText()).toContain('20,400 messages that both begin with');
  });

  it('pages through 100,000 sessions without loading all', async () => {
    const path = join(temporaryFolder(), 'sessions.db');
    const store = await SqliteStore.open(path);
    onTestFinished(() => store.close());
    const place = { store, keyPrefix: 'session:' };
    await JSONSession.create({ ...place, sessionId: 's-1' });
    // One by one through the store they would take most of a minute.
    using file = new DatabaseSync(path);
    file.exec(COPIES);
    const visited = await visit(browser, place);
    const { page, requests } = visited;

    await sees(page, '100,000 sessions');
    const pages = (): number => requests.filter((url) => /sessions\?/u.test(url)).length;
    expect(pages()).toBeLessThan(5);
    const height = await page.evaluate('document.querySelector(".session-list").scrollHeight');
    await page.evaluate(SCROLL_DOWN);
    await eventually(() =>
      page.evaluate('document.querySelector(".session-list").scrollHeight'),
    ).toBeGreaterThan(height as number);
    expect(await page.locator('.session-row').count()).toBeLessThan(60);
    expect(pages()).toBeLessThan(8);
    expectNoProblems(visited);
  });

  it('shows the beginning of a message of a megabyte, and all of it when asked', async () => {
    const place = await openSqlite();
    await using session = await JSONSession.create({ ...place, sessionId: 'huge' });
    await session.addMessage({ role: 'user', content: `${'word '.repeat(200_000)}the end` });
    const { page } = await visit(browser, { ...place, view: '#/sessions/huge' });

    await page.getByRole('button', { name: 'Show all 1M characters' }).click();
    await eventually(() => page.locator('.text').innerText()).toContain('the end');
  });
});

/** Makes 100,000 of one session, a second apart. */
const COPIES = `
  WITH RECURSIVE numbers (number) AS (
    SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < 100000
  )
  INSERT INTO sessions (key, head)
    SELECT 'session:s-' || number,
      json_set(head, '$.session_id', 's-' || number, '$.updated_at', (head ->> '$.updated_at') - number)
    FROM sessions, numbers
`;

const SCROLL_DOWN =
  '(() => { const list = document.querySelector(".session-list"); list.scrollTop = list.scrollHeight; })()';
