import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { ownBrowser } from './own-browser.ts';
import type { SamplePlace } from './sample-sessions.ts';
import { everyStore } from './stores.ts';
import { eventually, expectNoProblems, sees, type Visit, visit } from './visit.ts';

const browser = await ownBrowser();

const CHANGES = [
  'Fork the session',
  'Clear the session',
  'Delete the session',
  'Fork from here',
  'Undo from here on',
  'Edit attributes',
];

const MIDDLES = (elements: unknown[]): number[] =>
  (elements as { getBoundingClientRect: () => { top: number; height: number } }[]).map(
    (element) => {
      const { top, height } = element.getBoundingClientRect();
      return top + height / 2;
    },
  );

describe.each(await everyStore())('what the page changes over $name', ({ open }) => {
  async function openChat(write: boolean): Promise<Visit & { place: SamplePlace }> {
    const place = await open();
    await using session = await JSONSession.create({ ...place, sessionId: 'chat', userId: 'ada' });
    await session.setAttributes({ title: 'Colours', draft: true });
    for (const content of ['Red?', 'Green?', 'Blue?']) {
      await session.addMessage({ role: 'user', content });
      await session.addMessage({ role: 'assistant', content: `No ${content}`, agent: 'Painter' });
    }
    const visited = await visit(browser, { ...place, write, view: '#/sessions/chat' });
    await sees(visited.page, 'No Blue?');
    return { ...visited, place };
  }

  async function stored(place: SamplePlace, sessionId = 'chat'): Promise<string[]> {
    await using session = await JSONSession.load(sessionId, place);
    return (await session.getMessages()).map(({ content }) => content);
  }

  async function confirm(page: Page, name: string): Promise<void> {
    await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  it('offers no change where it only reads', async () => {
    const { page } = await openChat(false);

    await sees(page, 'Read-only');
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    for (const name of CHANGES) {
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
  });

  it('keeps what it offers in one line on a phone', async () => {
    const { page } = await openChat(true);

    await page.setViewportSize({ width: 360, height: 740 });
    const buttons = page.locator('.session-tools button');
    const middles = await buttons.evaluateAll(MIDDLES);
    expect(middles).toHaveLength(7);
    expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(4);
  });

  it('forks from a message, and shows the fork', async () => {
    const { page, place, ...visited } = await openChat(true);

    const message = page.locator('.entry', { hasText: 'No Red?' });
    await message.hover();
    await message.getByRole('button', { name: 'Fork from here' }).click();
    await page.getByLabel('Id of the new session').fill('chat/2');
    await confirm(page, 'Fork');

    await eventually(() => page.url()).toContain('#/sessions/chat%2F2');
    await page.getByText('Blue?').first().waitFor({ state: 'detached' });
    expect(await stored(place, 'chat/2')).toEqual(['Red?', 'No Red?']);
    expect(await stored(place)).toHaveLength(6);
    expectNoProblems({ page, ...visited });
  });

  it('undoes from a message on, once it is confirmed', async () => {
    const { page, place, ...visited } = await openChat(true);

    const message = page.locator('.entry', { hasText: 'Green?' }).first();
    await message.hover();
    await message.getByRole('button', { name: 'Undo from here on' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await stored(place)).toHaveLength(6);
    await message.hover();
    await message.getByRole('button', { name: 'Undo from here on' }).click();
    await confirm(page, 'Undo');

    await page.getByText('Green?').first().waitFor({ state: 'detached' });
    expect(await stored(place)).toEqual(['Red?', 'No Red?']);
    expectNoProblems({ page, ...visited });
  });

  it('edits attributes: what is left out goes', async () => {
    const { page, place, ...visited } = await openChat(true);

    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await page.getByRole('button', { name: 'Edit attributes' }).click();
    await page.getByRole('textbox').fill('{ "title": ');
    await page.getByRole('button', { name: 'Save' }).click();
    await sees(page, 'This is not JSON.');
    await page.getByRole('textbox').fill('{ "title": "Paint", "tags": ["a"] }');
    await confirm(page, 'Save');

    await page.getByRole('heading', { name: 'Paint' }).waitFor();
    await using session = await JSONSession.load('chat', place);
    const { attributes } = await session.getMetadata();
    expect(attributes).toEqual({ title: 'Paint', tags: ['a'] });
    expectNoProblems({ page, ...visited });
  });

  it('clears, and deletes, once it is confirmed', async () => {
    const { page, place, ...visited } = await openChat(true);

    await page.getByRole('button', { name: 'Clear the session' }).click();
    await sees(page, 'All 6 messages');
    await confirm(page, 'Clear');
    await sees(page, 'No messages yet');
    expect(await stored(place)).toEqual([]);

    await page.getByRole('button', { name: 'Delete the session' }).click();
    await confirm(page, 'Delete');
    await sees(page, 'No sessions yet');
    await expect(stored(place)).rejects.toThrow('Session not found');
    expectNoProblems({ page, ...visited });
  });

  it('says why a change was refused', async () => {
    const { page, place } = await openChat(true);
    await using session = await JSONSession.load('chat', place);

    await session.exclusive(async () => {
      await page.getByRole('button', { name: 'Clear the session' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Clear', exact: true }).click();
      await eventually(() => page.getByRole('dialog').locator('.problem').innerText()).toMatch(
        /locked/iu,
      );
    });
    expect(await stored(place)).toHaveLength(6);
  });
});
