import { describe, expect, it } from 'vitest';
import { ownBrowser } from './own-browser.ts';
import { addManySessions } from './sample-sessions.ts';
import { openSqlite } from './stores.ts';
import { eventually, sees, visit } from './visit.ts';

const SEARCH = 'Search messages and sessions';

/** In how many lines the fields over the list stand. */
const LINES = `new Set([...document.querySelectorAll('.filter-bar > *')]
  .filter(({ offsetHeight }) => offsetHeight > 0)
  .map(({ offsetTop }) => offsetTop)).size`;

const browser = await ownBrowser();

describe('however narrow the screen is', () => {
  it('the bar fits', async () => {
    const { page } = await visit(browser, await openSqlite());
    await page.locator('.badge', { hasText: 'Read-only' }).waitFor();

    for (const width of [360, 430, 431, 520, 521, 720, 721, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const places = await page.locator('.place:visible').allInnerTexts();
      expect(places).toEqual(['Sessions', 'Dashboard', ...(width > 520 ? ['Compare'] : [])]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  });

  it('the fields of the list stand in one line, or two by two on a phone', async () => {
    const place = await openSqlite();
    await addManySessions(place, 3);
    const { page } = await visit(browser, place);
    await sees(page, '3 sessions');

    for (const [width, lines] of [
      [360, 3],
      [721, 1],
      [820, 1],
      [1000, 1],
      [1440, 1],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      await eventually(() => page.evaluate(LINES)).toBe(lines);
    }
    await page.setViewportSize({ width: 820, height: 800 });
    await page.getByLabel('User').fill('ada@example.com');
    await page.getByRole('button', { name: 'Clear' }).waitFor();
    expect(await page.evaluate(LINES)).toBe(1);
    // There is still room to type.
    const box = await page.getByPlaceholder(SEARCH).boundingBox();
    expect(box?.width).toBeGreaterThan(180);
  });
});
