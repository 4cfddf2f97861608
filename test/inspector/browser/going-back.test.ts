import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ownBrowser } from './own-browser.ts';
import { addManySessions } from './sample-sessions.ts';
import { openSqlite } from './stores.ts';
import { expectNoProblems, sees, type Visit, visit } from './visit.ts';

const LIST = '#/sessions?text=way&user=ada%40example.com&agent=Triage&age=24h&order=id';
const SHOWN = [LIST, 'way', 'ada@example.com', 'Triage', '24h', 'id'];

const browser = await ownBrowser();

/** A list that is narrowed down, and one of its sessions, opened. */
async function openFromList(): Promise<Visit> {
  const place = await openSqlite();
  await addManySessions(place, 12);
  const visited = await visit(browser, { ...place, write: true, view: LIST });
  const { page } = visited;
  await page.locator('.found', { hasText: 'chat-0000' }).first().click();
  await sees(page, 'Where is order A-1000?');
  return visited;
}

/** The address, and what the fields of the list show. */
async function shownList(page: Page): Promise<string[]> {
  await page.getByLabel('Search').waitFor();
  const values = ['Search', 'User', 'Agent', 'Age', 'Order'].map((label) =>
    page.getByLabel(label, { exact: true }).inputValue(),
  );
  return [new URL(page.url()).hash, ...(await Promise.all(values))];
}

describe('from a session, the list as it was left', () => {
  it('is gone back to by key and by button, also from a page that was loaded anew', async () => {
    const visited = await openFromList();
    const { page, goTo } = visited;

    await page.keyboard.press('u');
    expect(await shownList(page)).toEqual(SHOWN);
    await goTo('#/sessions/chat-0001');
    await sees(page, 'Where is order A-1001?');
    await page.reload();
    await page.getByRole('button', { name: 'Back to the sessions' }).click();
    expect(await shownList(page)).toEqual(SHOWN);
    expectNoProblems(visited);
  });

  it('is gone back to when the session is deleted', async () => {
    const { page } = await openFromList();

    await page.getByRole('button', { name: 'Delete the session' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    expect(await shownList(page)).toEqual(SHOWN);
  });

  it('is that of all sessions once it shows all, or where no list was shown', async () => {
    const { page, served } = await openFromList();
    const all = ['#/sessions', '', '', '', '', ''];

    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await page.locator('.session-row', { hasText: 'chat-0003' }).click();
    await sees(page, 'Where is order A-1003?');
    await page.keyboard.press('u');
    expect(await shownList(page)).toEqual(all);

    const other = await page.context().newPage();
    await other.goto(`${new URL(served.url).origin}/#/sessions/chat-0003`);
    await other.getByLabel('Token').fill(served.token);
    await other.keyboard.press('Enter');
    await sees(other, 'Where is order A-1003?');
    await other.locator('main').press('u');
    expect(await shownList(other)).toEqual(all);
  });
});
