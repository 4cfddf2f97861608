import { describe, expect, it } from 'vitest';
import { ownBrowser } from './own-browser.ts';
import { addManySessions, addSupportSession } from './sample-sessions.ts';
import { openSqlite } from './stores.ts';
import { eventually, expectNoProblems, sees, visit } from './visit.ts';

const browser = await ownBrowser();

const FOCUSED = `document.activeElement === document.body ? '' : document.activeElement.innerText || document.activeElement.getAttribute('aria-label')`;

describe('the page by keyboard', () => {
  it('goes through the list, opens a session, and comes back', async () => {
    const place = await openSqlite();
    await addManySessions(place, 60);
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, place);
    const { page } = visited;
    await sees(page, '61 sessions');

    for (const expected of ['Invoice 7', 'chat-0059', 'chat-0058']) {
      await page.keyboard.press('j');
      await eventually(() => page.evaluate(FOCUSED)).toContain(expected);
    }
    await page.keyboard.press('k');
    await eventually(() => page.evaluate(FOCUSED)).toContain('chat-0059');
    await page.keyboard.press('k');
    await eventually(() => page.evaluate(FOCUSED)).toContain('Invoice 7');
    await page.keyboard.press('Enter');
    await sees(page, 'I have sent invoice 8');
    await page.keyboard.press('u');
    await sees(page, '61 sessions');
    await page.keyboard.press('/');
    await page.keyboard.type('malmö');
    await page.locator('.found').first().waitFor();
    expectNoProblems(visited);
  });

  it('goes through what was found, too', async () => {
    const place = await openSqlite();
    await addManySessions(place, 3);
    const { page } = await visit(browser, { ...place, view: '#/sessions?text=way' });
    await page.locator('.found').nth(2).waitFor();

    for (const [key, expected] of [
      ['j', 'chat-0002'],
      ['j', 'chat-0001'],
      ['k', 'chat-0002'],
      ['k', 'chat-0002'],
    ] as const) {
      await page.keyboard.press(key);
      await eventually(() => page.evaluate(FOCUSED)).toContain(expected);
    }
    await page.keyboard.press('Enter');
    await page.locator('.is-target').waitFor();
  });

  it('goes from turn to turn, folds calls, and switches views', async () => {
    const place = await openSqlite();
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, { ...place, view: '#/sessions/invoice-7' });
    const { page } = visited;
    await sees(page, 'I have sent invoice 8');

    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await sees(page, 'Answer in at most three sentences');
    await page.locator('.turn').first().and(page.locator('[aria-current]')).waitFor();
    await page.keyboard.press('j');
    await eventually(() => page.locator('.entry.is-target').innerText()).toContain(
      'Hello! My bank statement',
    );
    await page.keyboard.press('e');
    await page.locator('.fold-body', { hasText: '2026-05-03' }).waitFor();
    await page.keyboard.press('e');
    await eventually(() => page.locator('.fold-body').count()).toBe(0);
    await page.keyboard.press('r');
    await page.locator('.json-tree').waitFor();
    await page.keyboard.press('r');
    await page.keyboard.press('i');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    expectNoProblems(visited);
  });

  it('lists the shortcuts of the view, and keeps the focus in a dialog', async () => {
    const place = await openSqlite();
    await addSupportSession(place, 'invoice-7');
    const visited = await visit(browser, { ...place, view: '#/sessions/invoice-7' });
    const { page } = visited;
    await sees(page, 'I have sent invoice 8');

    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(await help.innerText()).toMatch(/Next turn[\s\S]*Go to the dashboard/u);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    const isInside = `document.querySelector('dialog').contains(document.activeElement) || document.activeElement === document.body`;
    expect(await page.evaluate(isInside)).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('t');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    expectNoProblems(visited);
  });

  it('hears the key after the one that closes a dialog, however late the browser tells that it has', async () => {
    const { page } = await visit(browser, await openSqlite());
    await sees(page, 'No sessions');
    await page.evaluate(
      `document.addEventListener('close', (event) => event.stopImmediatePropagation(), true)`,
    );

    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('t');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    expect(await page.locator('dialog').count()).toBe(0);
  });

  it('shows where the focus is, and leads past the bar at once', async () => {
    const place = await openSqlite();
    await addSupportSession(place, 'invoice-7');
    const { page } = await visit(browser, place);
    await sees(page, '1 session');

    await page.keyboard.press('Tab');
    expect(await page.evaluate(FOCUSED)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    for (let step = 0; step < 7; step += 1) {
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(
        '(({ outlineStyle, outlineWidth }) => outlineStyle + " " + outlineWidth)(getComputedStyle(document.activeElement))',
      );
      expect(outline).toMatch(/^(?:solid|auto) [1-9]/u);
    }
  });
});
