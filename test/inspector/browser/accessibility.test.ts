import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { ownBrowser } from './own-browser.ts';
import {
  addArabicSession,
  addCompactedSession,
  addForkedSessions,
  addManySessions,
  addSupportSession,
} from './sample-sessions.ts';
import { openSqlite } from './stores.ts';
import { sees, visit } from './visit.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const browser = await ownBrowser();

/** What the rules find, as the rule and the elements. */
async function violations(page: Page): Promise<string[]> {
  // What fades in is half there for a moment.
  await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finish()))');
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`,
  );
  return found as string[];
}

/** What opens the dialogs of a write, in the head of a session and beside a message. */
const OF_SESSION = ['Fork the session', 'Clear the session', 'Delete the session'];
const OF_MESSAGE = ['Fork from here', 'Undo from here on'];

const SCREENS = [
  { screen: 'wide', viewport: { width: 1440, height: 900 } },
  { screen: 'phone', viewport: { width: 390, height: 844 } },
];

describe.each(SCREENS)('WCAG AA on a $screen screen', ({ viewport }) => {
  it.each(['light', 'dark'] as const)(
    'is kept by every view in the %s theme',
    async (colorScheme) => {
      const place = await openSqlite();
      await addManySessions(place, 12);
      await addSupportSession(place, 'invoice-7');
      await addCompactedSession(place, 'trip');
      await addArabicSession(place, 'arabic');
      const fork = await addForkedSessions(place, 'haiku');
      const { page, goTo } = await visit(browser, {
        ...place,
        write: true,
        context: { viewport, colorScheme, reducedMotion: 'reduce' },
      });
      // The policy of the page lets no script in but its own; axe is put in from outside.
      await page.evaluate(axe.source);

      await sees(page, 'Invoice 7 was paid twice');
      expect(await violations(page)).toEqual([]);
      await goTo('#/sessions?text=way');
      await page.locator('.found').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await goTo('#/sessions?user=nobody');
      await sees(page, 'No session matches');
      expect(await violations(page)).toEqual([]);

      await goTo('#/sessions/invoice-7');
      await sees(page, 'I have sent invoice 8');
      await page.keyboard.press('e');
      await page.locator('.fold-body').first().waitFor();
      expect(await violations(page)).toEqual([]);
      if (viewport.width < 1080) await page.keyboard.press('i');
      await page.getByRole('button', { name: 'Details', exact: true }).click();
      await page.getByRole('region', { name: 'Details' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('r');
      await page.locator('.json-tree').waitFor();
      expect(await violations(page)).toEqual([]);

      await goTo('#/sessions/trip');
      await sees(page, 'The model sees what follows');
      expect(await violations(page)).toEqual([]);
      await goTo('#/sessions/arabic');
      await page.locator('.entry').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await goTo('#/sessions/nobody');
      await sees(page, 'There is no such session');
      expect(await violations(page)).toEqual([]);
      await goTo(`#/compare?left=haiku&right=${fork}`);
      await page.locator('.pair').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await goTo('#/dashboard');
      await page.locator('.plot canvas').waitFor();
      expect(await violations(page)).toEqual([]);
    },
  );

  it.each(['light', 'dark'] as const)(
    'is kept by every dialog of a write, and by what was refused and done, in the %s theme',
    async (colorScheme) => {
      const place = await openSqlite();
      await addSupportSession(place, 'invoice-7');
      const { page } = await visit(browser, {
        ...place,
        write: true,
        view: '#/sessions/invoice-7',
        context: { viewport, colorScheme, reducedMotion: 'reduce' },
      });
      await page.evaluate(axe.source);
      const dialog = page.getByRole('dialog');
      const message = page.locator('.entry', { hasText: 'I have sent invoice 8' });
      for (const name of [...OF_SESSION, ...OF_MESSAGE]) {
        await message.hover();
        await (OF_MESSAGE.includes(name) ? message : page).getByRole('button', { name }).click();
        await dialog.waitFor();
        expect({ name, found: await violations(page) }).toEqual({ name, found: [] });
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      }
      if (viewport.width < 1080) await page.keyboard.press('i');
      await page.getByRole('button', { name: 'Details', exact: true }).click();
      await page.getByRole('button', { name: 'Edit attributes' }).click();
      await dialog.waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('textbox').fill('{ "title": ');
      await page.getByRole('button', { name: 'Save' }).click();
      await sees(page, 'This is not JSON.');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('textbox').fill('{ "title": "Paid once" }');
      await page.getByRole('button', { name: 'Save' }).click();
      await sees(page, 'Attributes saved');
      expect(await violations(page)).toEqual([]);
    },
  );

  it.each(['light', 'dark'] as const)(
    'is kept by what asks for something or is lost, in the %s theme',
    async (colorScheme) => {
      const place = await openSqlite();
      await addForkedSessions(place, 'haiku');
      const { page, goTo, served } = await visit(browser, {
        ...place,
        view: '#/compare',
        context: { viewport, colorScheme, reducedMotion: 'reduce' },
      });
      await page.route('**/api/info', (route) => route.abort());
      await page.reload();
      await page.evaluate(axe.source);

      await sees(page, 'That did not work');
      expect(await violations(page)).toEqual([]);
      await page.unroute('**/api/info');
      await page.getByRole('button', { name: 'Try again' }).click();
      await sees(page, 'Give the ids of two sessions');
      expect(await violations(page)).toEqual([]);
      await goTo('#/compare?left=haiku');
      await sees(page, 'Give the id of the other session');
      expect(await violations(page)).toEqual([]);
      await goTo('#/compare?left=haiku&right=nobody');
      await sees(page, 'There is no such session');
      expect(await violations(page)).toEqual([]);

      await goTo(`#token=${'0'.repeat(43)}`);
      await sees(page, 'Open the inspector');
      expect(await violations(page)).toEqual([]);
      await page.getByLabel('Token').fill(served.token);
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Open' }).click();
      await page.locator('.session-row').first().waitFor();

      await goTo('#/sessions/haiku');
      await sees(page, 'And one about locks.');
      await using session = await JSONSession.load('haiku', place);
      await session.delete();
      await sees(page, 'The session is gone');
      expect(await violations(page)).toEqual([]);
      await served.close();
      await sees(page, 'Connection lost');
      expect(await violations(page)).toEqual([]);
      for (const view of ['#/dashboard', '#/sessions/other', '#/sessions']) {
        await goTo(view);
        await sees(page, 'That did not work');
        expect({ view, found: await violations(page) }).toEqual({ view, found: [] });
      }
    },
  );
});
