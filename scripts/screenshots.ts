/**
 * Makes the pictures of the inspector in `docs/images`, of sample conversations (`npm run screenshots`).
 *
 * @module
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

import { serveInspector } from '../src/inspector/index.ts';
import { SqliteStore } from '../src/stores/sqlite/index.ts';
import { startBrowser } from '../test/inspector/browser/chromium.ts';
import {
  addCompactedSession,
  addForkedSessions,
  addManySessions,
  addSupportSession,
  type SamplePlace,
} from '../test/inspector/browser/sample-sessions.ts';
import { buildPage } from './build-page.ts';
import { ROOT } from './project.ts';

const IMAGES = join(ROOT, 'docs/images');
const SESSIONS = 160;
const DAY_MS = 86_400_000;
const DAYS = 40;
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 780 };

const realNow = Date.now;

/** A picture: of a view, once something is seen there. */
interface Picture {
  readonly name: string;
  readonly view: string;
  readonly waitFor: string;
  readonly viewport?: { width: number; height: number };
  readonly keys?: readonly string[];
}

const PICTURES: readonly Picture[] = [
  { name: 'sessions', view: '#/sessions', waitFor: '.session-row' },
  {
    name: 'conversation',
    view: '#/sessions/invoice-7',
    waitFor: '.turn',
    // From the beginning, with its calls open.
    keys: ['g', 'g'],
  },
  { name: 'compaction', view: '#/sessions/trip-oslo', waitFor: '.compaction' },
  { name: 'compare', view: '#/compare?left=haiku&right=haiku-shorter', waitFor: '.pair' },
  { name: 'dashboard', view: '#/dashboard', waitFor: '.plot canvas' },
  { name: 'phone', view: '#/sessions/invoice-7', waitFor: '.entry', viewport: PHONE },
];

await buildPage();
mkdirSync(IMAGES, { recursive: true });
const store = await SqliteStore.open(':memory:');
await addSamples({ store, keyPrefix: 'session:' });
const inspector = await serveInspector({ store });
const browser = await startBrowser();
for (const colorScheme of ['light', 'dark'] as const) {
  const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(inspector.url);
  for (const picture of PICTURES) await take(page, picture, colorScheme);
  await context.close();
}
await browser.close();
await inspector.close();
await store.close();

async function take(page: Page, picture: Picture, theme: string): Promise<void> {
  const { name, view, waitFor, viewport = WIDE, keys = [] } = picture;
  await page.setViewportSize(viewport);
  await page.evaluate(`location.hash = ${JSON.stringify(view)}`);
  await page.locator(waitFor).first().waitFor();
  for (const key of keys) await page.keyboard.press(key);
  await page.evaluate('document.fonts.ready');
  // What came in is drawn within two frames, and a plot with the next one.
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(IMAGES, `inspector-${name}-${theme}.png`) });
}

async function addSamples(place: SamplePlace): Promise<void> {
  await addManySessions(place, SESSIONS, setDay);
  restoreNow();
  await addCompactedSession(place, 'trip-oslo');
  await addForkedSessions(place, 'haiku');
  await addSupportSession(place, 'invoice-7');
}

/** Has the store take it for a day before: a plot of a single day shows little. */
function setDay(index: number): void {
  const left = (SESSIONS - index) / SESSIONS;
  // Some days have more of them than others.
  const ago = Math.round(DAYS * left + 2 * Math.sin(index)) * DAY_MS + (index % 24) * 600_000;
  Date.now = () => realNow() - Math.max(ago, 0);
}

function restoreNow(): void {
  Date.now = realNow;
}
