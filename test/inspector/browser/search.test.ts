import { describe, it, vi } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { ownBrowser } from './own-browser.ts';
import { addForkedSessions } from './sample-sessions.ts';
import { openSqlite } from './stores.ts';
import { eventually, expectNoProblems, sees, visit } from './visit.ts';

const DAY_MS = 86_400_000;

const browser = await ownBrowser();

describe('what is found', () => {
  it('is as young as the list is narrowed down to', async () => {
    const place = await openSqlite();
    const long = Date.now() - 3 * DAY_MS;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(long);
    await using session = await JSONSession.create({ ...place, sessionId: 'chat' });
    await session.addMessage({ role: 'user', content: 'An old parcel' });
    clock.mockRestore();
    await session.addMessage({ role: 'user', content: 'A new parcel' });
    const visited = await visit(browser, { ...place, view: '#/sessions?text=parcel' });
    const { page } = visited;
    const found = (): Promise<string[]> => page.locator('.found-text').allInnerTexts();

    await eventually(found).toEqual(['A new parcel', 'An old parcel']);
    await page.getByLabel('Age', { exact: true }).selectOption('24h');
    await eventually(found).toEqual(['A new parcel']);
    await page.getByLabel('Age', { exact: true }).selectOption('7d');
    await eventually(found).toEqual(['A new parcel', 'An old parcel']);
    expectNoProblems(visited);
  });

  it('is said to be from other sessions, too, where the list shows the forks of one', async () => {
    const place = await openSqlite();
    await addForkedSessions(place, 'haiku');
    const visited = await visit(browser, { ...place, view: '#/sessions?parent=haiku&text=locks' });
    const { page } = visited;

    const found = (): Promise<string[]> => page.locator('.found-text').allInnerTexts();
    await eventually(found).toEqual(['And one about locks.']);
    await sees(page, 'Also from sessions that are no forks of haiku');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Also from sessions').waitFor({ state: 'detached' });
    await eventually(found).toEqual(['And one about locks.']);
    expectNoProblems(visited);
  });

  it('is found for a text of the address, however late the server says what it can', async () => {
    const place = await openSqlite();
    await using session = await JSONSession.create({ ...place, sessionId: 'chat' });
    await session.addMessage({ role: 'user', content: 'A parcel' });
    const { page, goTo } = await visit(browser, place);
    await page.route('**/api/info', async (route) => {
      await page.waitForTimeout(800);
      await route.continue();
    });
    await goTo('#/sessions?text=parcel');
    await page.reload();

    await eventually(() => page.locator('.found-text').allInnerTexts()).toEqual(['A parcel']);
  });
});
