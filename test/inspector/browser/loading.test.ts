import type { Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { PATIENCE } from '../../processes/patience.ts';
import { ownBrowser } from './own-browser.ts';
import { addLongSession } from './sample-sessions.ts';
import { openSqlite } from './stores.ts';
import { eventually, sees, visit } from './visit.ts';

const browser = await ownBrowser();

/** Holds back each page of earlier messages of a session until it is let through. */
async function holdEarlier(page: Page, sessionId: string): Promise<Route[]> {
  const held: Route[] = [];
  await page.route(`**/sessions/=${sessionId}/messages?*before=*`, (route) => {
    held.push(route);
  });
  return held;
}

describe('a long conversation that is loading', () => {
  it('shows what has come to a person who waits at the top', async () => {
    const place = await openSqlite();
    await addLongSession(place, 'long', 4000);
    const { page, goTo } = await visit(browser, place);
    const held = await holdEarlier(page, 'long');
    await goTo('#/sessions/long');
    await page.locator('.transcript .entry').first().waitFor();
    await eventually(() => held.length).toBe(1);

    await page.evaluate('document.querySelector(".transcript").scrollTop = 0');
    await sees(page, 'Question 950:');
    await held[0]?.continue();
    await sees(page, '450 messages of 4,000 loaded');
  });

  it('goes on after it was changed, also where nobody scrolls', async () => {
    const place = await openSqlite();
    await addLongSession(place, 'long', 4000);
    await using session = await JSONSession.load('long', place);
    await session.fork({ sessionId: 'fork' });
    const { page, goTo } = await visit(browser, place);
    const held = await holdEarlier(page, 'long');
    await goTo('#/compare?left=long&right=fork');
    await eventually(() => held.length).toBe(1);
    await held[0]?.continue();
    await eventually(() => held.length).toBe(2);

    const again = page.waitForResponse((response) =>
      /=long\/messages\?limit=/u.test(response.url()),
    );
    await session.popItem();
    await again;
    // Which lets through what is held back.
    await page.unroute('**/sessions/=long/messages?*before=*');
    const shared = page.locator('.shared-note');
    await shared.waitFor(PATIENCE);
    expect(await shared.innerText()).toContain('3,999 messages that both begin with');
  });
});
