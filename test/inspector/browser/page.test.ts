import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type DirectoryStatistics, SessionDirectory } from '../../../src/directory/index.ts';
import { JSONSession } from '../../../src/index.ts';
import { importSession } from '../../../src/transfer/index.ts';
import { ownBrowser } from './own-browser.ts';
import {
  addCompactedSession,
  addForkedSessions,
  addManySessions,
  addSupportSession,
  type SamplePlace,
} from './sample-sessions.ts';
import { everyStore, openSqlite } from './stores.ts';
import { eventually, expectNoProblems, sees, serve, visit } from './visit.ts';

/** How many pixels of the plot have the colour of its bars. */
const COUNT_BAR_PIXELS = `(() => {
  const canvas = document.querySelector('.plot canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const bar = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim();
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = data.subarray(at, at + 3);
    if ('#' + (red * 65536 + green * 256 + blue).toString(16).padStart(6, '0') === bar) count += 1;
  }
  return count;
})()`;

/** How much of its place a bar takes, from 0 to 1. */
const SHARE = (bar: unknown): number => {
  const { offsetWidth, parentElement } = bar as Record<'offsetWidth' | 'parentElement', never>;
  return offsetWidth / (parentElement as { offsetWidth: number }).offsetWidth;
};

/** Seconds of a rest of time as it is shown: `9m 59s`. */
function secondsOf(text: string): number {
  const [, minutes = '', seconds = ''] = /(?:(\d+)m )?(\d+)s/u.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds === '' ? Number.NaN : seconds);
}

/** Fills in user and agent at once. */
const FILL_BOTH = `for (const [label, value] of [['User', 'barbara@example.com'], ['Agent', 'Triage']]) {
  const input = document.querySelector('input[aria-label="' + label + '"]');
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}`;

async function sumsOf(place: SamplePlace): Promise<DirectoryStatistics> {
  await using directory = new SessionDirectory(place);
  return await directory.stats();
}

/** What the legend says where the last bar is. */
async function legendAtTheEnd(page: Page): Promise<string | null> {
  const plot = page.locator('.plot .u-over');
  const box = await plot.boundingBox();
  if (box === null) return null;
  // There are fourteen days; this is the middle of the last one.
  await plot.hover({ position: { x: box.width * (13.5 / 14), y: box.height / 2 } });
  return page.locator('.u-legend').textContent();
}

const browser = await ownBrowser();

describe.each(await everyStore())('the page over $name', ({ open }) => {
  it('lists sessions, and narrows them down by user, agent and age', async () => {
    const place = await open();
    await addManySessions(place, 12);
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, place);
    const { page } = visited;

    await sees(page, '13 sessions');
    const row = page.locator('.session-row', { hasText: 'Invoice 7 was paid twice' });
    expect(await row.innerText()).toMatch(
      /ada@example\.com[\s\S]*Triage[\s\S]*22[\s\S]*(?:29|30)d/u,
    );
    // It counts down by itself.
    const expiry = page.locator('.session-row', { hasText: 'chat-0000' }).locator('.expiry');
    const left = async (): Promise<number> => secondsOf(await expiry.innerText());
    const before = await left();
    expect(before).toBeLessThanOrEqual(600);
    await eventually(left).toBeLessThan(before);

    await page.getByLabel('User').fill('grace@example.com');
    await page.getByText('3 sessions', { exact: true }).waitFor();
    await page.getByLabel('Agent').fill('Shipping');
    await sees(page, '1 session');
    expect(await page.locator('.session-row').count()).toBe(1);
    // As a browser does that fills in a form.
    await page.evaluate(FILL_BOTH);
    await eventually(() => page.locator('.session-row').allInnerTexts()).toEqual([
      expect.stringMatching(/barbara@example\.com[\s\S]*Triage/u),
    ]);
    await page.getByLabel('User').fill('nobody');
    await sees(page, 'No session matches');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('Age', { exact: true }).selectOption('1h');
    await sees(page, '13 sessions');
    const asked = visited.requests.map((url) => new URL(url).searchParams.get('since'));
    const ages = asked.map((since) => Math.round((Date.now() - Date.parse(since ?? '')) / 60_000));
    expect(ages).toContain(60);
    await page.getByLabel('Order').selectOption('id');
    await eventually(() => page.locator('.session-row').first().innerText()).toContain('chat-0000');
    expectNoProblems(visited);
  });

  it('searches while a person types, and leads to the message that was found', async () => {
    const place = await open();
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, place);
    const { page } = visited;

    const search = page.getByLabel('Search');
    await search.pressSequentially('parcel');
    await page.locator('.found', { hasText: 'when does my parcel arrive' }).waitFor();
    await search.fill('malmö');
    await page.locator('.found', { hasText: 'on its way' }).click();

    await sees(page, 'Thursday, 7 May');
    const target = page.locator('.is-target');
    await target.waitFor();
    expect(await target.innerText()).toContain('on its way from Malmö');
    await page.goBack();
    await page.getByLabel('Search').fill('invoice-7');
    await page.locator('.found', { hasText: 'Invoice 7 was paid twice' }).first().waitFor();
    await page.getByLabel('Search').fill('zebra');
    await sees(page, 'Nothing found');
    expectNoProblems(visited);
  });

  it('shows a conversation as people read it', async () => {
    const place = await open();
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, {
      ...place,
      view: '#/sessions/invoice-7',
      context: { viewport: { width: 1280, height: 2600 } },
    });
    const { page } = visited;

    await sees(page, 'Hello! My bank statement');
    expect(await page.locator('.is-system').innerText()).toContain('Answer in at most three');
    expect(await page.locator('.handoff-line').allInnerTexts()).toEqual([
      expect.stringMatching(/Triage[\s\S]*Billing/u),
      expect.stringMatching(/Billing[\s\S]*Shipping/u),
      expect.stringMatching(/Shipping[\s\S]*Billing/u),
    ]);
    // The picture is the one that the message holds, and all of it where it is enlarged.
    const width = (image: Locator): Promise<number> =>
      image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth);
    expect(await width(page.locator('.image img'))).toBe(240);
    await page.getByRole('button', { name: 'Enlarge the image' }).click();
    const enlarged = page.getByRole('dialog', { name: 'Image' });
    expect(await width(enlarged.locator('img'))).toBe(240);
    const box = await enlarged.locator('img').boundingBox();
    expect(box?.width).toBeGreaterThanOrEqual(240);
    await enlarged.getByRole('button', { name: 'Close' }).click();
    await enlarged.waitFor({ state: 'detached' });
    const call = page.locator('.entry', { hasText: 'find_payments' });
    expect(await call.locator('.fold-body').count()).toBe(0);
    await call.locator('.fold-head').click();
    expect(await call.locator('.fold-body').innerText()).toMatch(
      /Arguments[\s\S]*"invoice": 7,[\s\S]*Result[\s\S]*"date": "2026-05-03",/u,
    );
    await page.getByRole('button', { name: 'Reasoning' }).click();
    await sees(page, 'the order of invoice 7 has not arrived yet');
    // Turns stand beside it, each with its tokens.
    expect(await page.locator('.turn').count()).toBe(5);
    expect(await page.locator('.turn').nth(1).innerText()).toMatch(/Hello!.*\n+\d/u);
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    const details = await page.getByRole('region', { name: 'Details', exact: true }).innerText();
    expect(details).toMatch(/Tokens\s+[\d,]+[\s\S]*Requests\s+10[\s\S]*Current/u);
    expectNoProblems(visited);
  });

  it('shows where a history was compacted, and what the model sees', async () => {
    const place = await open();
    await addCompactedSession(place, 'trip');
    const visited = await visit(browser, { ...place, view: '#/sessions/trip' });
    const { page } = visited;

    await sees(page, 'The model sees what follows');
    await sees(page, 'the 6 messages above are kept in the transcript only');
    await sees(page, 'Written by a compaction');
    const before = await page.locator('.entry.is-before').allInnerTexts();
    expect(before).toHaveLength(6);
    expect(before.join('\n')).not.toContain('Where did I want to go?');
    expect(await page.locator('.transcript').innerText()).toMatch(
      /every day but Monday[\s\S]*The model sees what follows[\s\S]*Said before: Grace plans/u,
    );
    expectNoProblems(visited);
  });

  it('shows the stored document as a tree, and exports the session', async () => {
    const place = await open();
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, { ...place, view: '#/sessions/invoice-7' });
    const { page } = visited;

    await page.getByRole('button', { name: 'Document' }).click();
    const tree = page.locator('.json-tree');
    await tree.getByText('session_id').waitFor();
    await tree.getByRole('button', { name: /messages/u }).click();
    await tree.getByRole('button', { name: /^1: / }).click();
    await tree.getByText('Hello! My bank statement').last().waitFor();

    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export the session' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('invoice-7.jsonl');
    const line = await readFile(await download.path(), 'utf8');
    await importSession(line.trimEnd(), { ...place, sessionId: 'imported' });
    await using imported = await JSONSession.load('imported', place);
    const [, said] = await imported.getMessages();
    expect(said?.content).toContain('Hello! My bank statement');
    expectNoProblems(visited);
  });

  it('compares a session with its fork', async () => {
    const place = await open();
    const forkId = await addForkedSessions(place, 'haiku');
    const visited = await visit(browser, { ...place, view: `#/sessions/${forkId}` });
    const { page } = visited;

    await page.getByRole('button', { name: 'Compare with the session' }).click();
    await sees(page, 'Show the 4 messages that both begin with');
    const pairs = page.locator('.pair');
    expect(await pairs.first().innerText()).toMatch(/about locks[\s\S]*about queues/u);
    await page.getByRole('button', { name: /Show the 4 messages/u }).click();
    await page.locator('.pair.is-shared').first().waitFor();
    expect(await pairs.first().innerText()).toMatch(/databases[\s\S]*databases/u);

    await visited.goTo('#/sessions/haiku');
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await page.getByRole('link', { name: 'Forks of this session' }).click();
    await sees(page, '1 session');
    expect(await page.locator('.session-row').allInnerTexts()).toEqual([
      expect.stringContaining(forkId),
    ]);
    expectNoProblems(visited);
  });

  it('shows the sums of all sessions, and plots them', async () => {
    const place = await open();
    await addManySessions(place, 10);
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, { ...place, view: '#/dashboard' });
    const { page } = visited;

    const tile = page.locator('.tile', { hasText: 'Messages' });
    await eventually(() => tile.innerText()).toMatch(/42/u);
    await page.locator('.plot canvas').waitFor();
    expect(await page.evaluate(COUNT_BAR_PIXELS)).toBeGreaterThan(500);
    const { messages, tokens, sessions, users, days } = await sumsOf(place);
    // What stands where the pointer is: over the last bar, then over the day before.
    const today = [...days.keys()].at(-1);
    const legend = page.locator('.u-legend');
    for (const [name, sum] of Object.entries({
      Tokens: tokens,
      Messages: messages,
      Sessions: sessions,
    })) {
      await page.getByRole('button', { name, exact: true }).click();
      await eventually(() => legendAtTheEnd(page)).toContain(`${name}${sum.toLocaleString('en')}`);
      expect(await legend.textContent()).toContain(`Day${today}`);
    }
    await page.getByText('As a table').click();
    const row = [today, sessions, messages, tokens].map((cell) => cell?.toLocaleString('en'));
    expect(await page.locator('.as-table tbody tr').first().innerText()).toBe(row.join('\t'));
    const most = Math.max(...[...users.values()].map((sum) => sum.tokens));
    for (const [user, sum] of users) {
      const bar = page.locator('.bars li', { hasText: user });
      expect(await bar.getByTitle(sum.tokens.toLocaleString('en')).count()).toBe(1);
      const share = await bar.locator('.bar-part').evaluate(SHARE);
      expect(share).toBeCloseTo(sum.tokens / most, 2);
    }
    await page.locator('.card', { hasText: 'Users' }).getByText('grace@example.com').click();
    await sees(page, '2 sessions');
    expectNoProblems(visited);
  });

  it('shows what is written by itself, in the list and in the conversation', async () => {
    const place = await open();
    await addManySessions(place, 3);
    const visited = await visit(browser, place);
    const { page } = visited;
    await sees(page, '3 sessions');

    await using session = new JSONSession({ ...place, sessionId: 'new-one', userId: 'ada' });
    await session.addMessage({ role: 'user', content: 'Is anybody there?' });
    await page.locator('.session-row').first().getByText('new-one').click();
    await sees(page, 'Is anybody there?');
    // The page shows it before the second is over.
    await page.waitForTimeout(500);
    const start = Date.now();
    await session.addMessage({ role: 'assistant', content: 'I am.', agent: 'Triage' });
    await page.getByText('I am.').first().waitFor({ timeout: 5000 });
    expect(Date.now() - start).toBeLessThan(1000);

    await session.delete();
    await sees(page, 'The session is gone');
    await sees(page, 'I am.');
    // Another one of that id takes its place.
    await using other = await JSONSession.create({ ...place, sessionId: 'new-one' });
    await other.addMessage({ role: 'user', content: 'Back again' });
    await sees(page, 'Back again');
    expect(await page.getByText('The session is gone').count()).toBe(0);
    expect(await page.getByText('I am.').count()).toBe(0);
    expectNoProblems(visited);
  });

  it('says that the connection is lost, and goes on when it is back', async () => {
    const place = await open();
    await using session = new JSONSession({ ...place, sessionId: 'chat', userId: 'ada' });
    await session.addMessage({ role: 'user', content: 'First' });
    const visited = await visit(browser, { ...place, view: '#/sessions/chat' });
    const { page, served } = visited;
    await sees(page, 'First');

    await served.close();
    await sees(page, 'Connection lost');
    await session.addMessage({ role: 'user', content: 'Meanwhile' });
    await serve({ ...place, port: served.port, token: served.token });

    await sees(page, 'Meanwhile');
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
    expect(await page.locator('.entry').allInnerTexts()).toHaveLength(2);
  });

  it('tells an empty store, a session that is missing, and a token that is wrong', async () => {
    const place = await open();
    const visited = await visit(browser, place);
    const { page, goTo } = visited;

    await sees(page, 'No sessions yet');
    await goTo('#/sessions/nobody');
    await sees(page, 'There is no such session');
    await goTo(`#token=${'0'.repeat(43)}`);
    await sees(page, 'Open the inspector');
    await page.getByLabel('Token').fill(visited.served.url);
    await page.getByRole('button', { name: 'Open' }).click();
    await sees(page, 'No sessions yet');
    // No address holds the token, not that of the page and not that of a request.
    expect([page.url(), ...visited.requests].join('\n')).not.toContain(visited.served.token);
  });
});

describe('a message', () => {
  it('that a link names is said to be missing where it is', async () => {
    const place = await openSqlite();
    await addSupportSession(place, 'invoice-7');
    const { page } = await visit(browser, { ...place, view: '#/sessions/invoice-7?message=gone' });

    await sees(page, 'There is no such message');
    expect(await page.locator('.is-target').count()).toBe(0);
  });

  it('is copied as text, as JSON, and as a link that leads to it', async () => {
    const place = await openSqlite();
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, {
      ...place,
      view: '#/sessions/invoice-7',
      context: { permissions: ['clipboard-read', 'clipboard-write'] },
    });
    const { page } = visited;
    const message = page.locator('.entry', { hasText: 'I have sent invoice 8' });
    await message.hover();
    const copied = async (name: string, notice: string): Promise<string> => {
      await message.getByRole('button', { name }).click();
      await page.getByText(notice, { exact: true }).waitFor();
      return page.evaluate('navigator.clipboard.readText()');
    };

    const text = 'I have sent invoice 8 to ada@example.com. Is there anything else?';
    expect(await copied('Copy text', 'Text copied')).toBe(text);
    const json = JSON.parse(await copied('Copy as JSON', 'JSON copied')) as { id: string };
    await using session = await JSONSession.load('invoice-7', place);
    const [last] = await session.getMessages({ limit: 1 });
    expect(json).toEqual(JSON.parse(JSON.stringify(last)));
    const link = await copied('Copy link', 'Link copied');
    expect(link).not.toContain(visited.served.token);
    await visited.goTo('#/sessions');
    await sees(page, '1 session');
    await page.goto(link);
    await eventually(() => page.locator('.is-target').innerText()).toContain(text);
    expectNoProblems(visited);
  });
});
