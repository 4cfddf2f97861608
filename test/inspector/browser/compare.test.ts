import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ownBrowser } from './own-browser.ts';
import { addForkedSessions } from './sample-sessions.ts';
import { openSqlite } from './stores.ts';
import { eventually, expectNoProblems, sees, type Visit, visit } from './visit.ts';

const FOCUSED = `document.activeElement.getAttribute('aria-label')`;
const PARTED = /about locks[\s\S]*about queues/u;

const browser = await ownBrowser();

async function visitForks(options: { view?: string; width?: number } = {}): Promise<Visit> {
  const place = await openSqlite();
  await addForkedSessions(place, 'haiku');
  const viewport = { width: options.width ?? 1280, height: 800 };
  return visit(browser, { ...place, view: options.view, context: { viewport } });
}

/** What stands beside each other where the two sessions part. */
async function firstPair(page: Page): Promise<string> {
  return page.locator('.pair').first().innerText();
}

describe('two sessions', () => {
  it('are compared from the bar, which asks for their ids', async () => {
    const visited = await visitForks();
    const { page } = visited;
    await sees(page, '2 sessions');

    await page.getByRole('link', { name: 'Compare', exact: true }).click();
    await sees(page, 'Give the ids of two sessions');
    await eventually(() => page.evaluate(FOCUSED)).toBe('Session on the left');
    await page.keyboard.type('haiku');
    await page.keyboard.press('Tab');
    await page.keyboard.type('haiku-shorter');
    await page.keyboard.press('Enter');
    expect(await firstPair(page)).toMatch(PARTED);
    expect(await page.locator('.place[aria-current]').innerText()).toBe('Compare');
    expectNoProblems(visited);
  });

  it('are compared by keys, the one that is open with another', async () => {
    const visited = await visitForks({ view: '#/sessions/haiku' });
    const { page } = visited;
    await sees(page, 'And one about locks.');

    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(await help.innerText()).toMatch(/Compare two sessions\s+g\s*c/u);
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await sees(page, 'Give the id of the other session');
    await eventually(() => page.evaluate(FOCUSED)).toBe('Session on the right');
    await page.keyboard.type('haiku-shorter');
    await page.keyboard.press('Enter');
    expect(await firstPair(page)).toMatch(PARTED);
    expectNoProblems(visited);
  });

  it('are compared from the details on a phone, where the bar has no room for it', async () => {
    const { page } = await visitForks({ view: '#/sessions/haiku-shorter', width: 360 });
    await sees(page, 'And one about queues');

    await page.getByRole('button', { name: 'Show details' }).click();
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await page.getByRole('link', { name: 'Compare with another session' }).click();
    expect(await page.getByLabel('Session on the left').inputValue()).toBe('haiku-shorter');
    await page.getByLabel('Session on the right').fill('haiku');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.locator('.pair').first().waitFor();
  });
});
