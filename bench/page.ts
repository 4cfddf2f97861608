/**
 * How the page of the inspector scrolls through a long conversation beside a short one, in Chromium
 * (`npm run bench:page`).
 *
 * @module
 */
import type { Browser } from 'playwright-core';

import { JSONSession } from '../src/index.ts';
import { serveInspector } from '../src/inspector/index.ts';
import { SqliteStore } from '../src/stores/sqlite/index.ts';
import { buildPage } from '../scripts/build-page.ts';
import { startBrowser } from '../test/inspector/browser/chromium.ts';
import { addLongSession } from '../test/inspector/browser/sample-sessions.ts';
import { spreadOf } from './measuring/spread.ts';

const ROUNDS = 5;
/** A frame at 60 a second. */
const FRAME_MS = 1000 / 60;
const WIDE = { width: 1280, height: 800 };

/** Scrolls for some seconds, and gives the milliseconds between frames. */
const SCROLL = `new Promise((resolve) => {
  const box = document.querySelector('.transcript');
  const times = [];
  let by = -60;
  const step = (time) => {
    times.push(time);
    if (box.scrollTop === 0) by = 60;
    box.scrollTop += by;
    if (times.length < 240) requestAnimationFrame(step);
    else resolve(times.slice(1).map((one, index) => one - times[index]));
  };
  requestAnimationFrame(step);
})`;

/** What is scrolled through, and whether it is scrolled as soon as its end is seen. */
const SCENES = [
  { messages: 100, isLoaded: true, name: '100 messages' },
  { messages: 10_000, isLoaded: true, name: '10000 messages' },
  { messages: 10_000, isLoaded: false, name: '10000 messages while they load' },
] as const;

type Scene = (typeof SCENES)[number];

async function frames(browser: Browser, url: string, scene: Scene): Promise<number[]> {
  const page = await browser.newPage({ viewport: WIDE });
  await page.goto(url);
  await page.evaluate(`location.hash = '#/sessions/long-${scene.messages}'`);
  await page.locator('.transcript .entry').first().waitFor();
  if (scene.isLoaded) await page.getByText('loaded').waitFor({ state: 'detached' });
  const times = await page.evaluate<number[]>(SCROLL);
  await page.close();
  return times;
}

function report({ name }: Scene, times: readonly number[]): void {
  const { median } = spreadOf(times);
  const late = times.filter((time) => time > FRAME_MS * 1.5).length / times.length;
  const rate = (1000 / (times.reduce((sum, time) => sum + time, 0) / times.length)).toFixed(1);
  const lateShare = `${(late * 100).toFixed(1)} % of frames late`;
  console.log(`${name}: ${rate} frames a second, median ${median.toFixed(1)} ms, ${lateShare}`);
}

await buildPage();
const store = await SqliteStore.open(':memory:');
for (const count of new Set(SCENES.map(({ messages }) => messages))) {
  await addLongSession({ store, keyPrefix: 'session:' }, `long-${count}`, count);
  await using session = await JSONSession.load(`long-${count}`, { store });
  if ((await session.getMetadata()).messageCount !== count) throw new Error('Not as long as said');
}
const inspector = await serveInspector({ store });
const browser = await startBrowser();
const measured = SCENES.map((scene) => ({ scene, times: [] as number[] }));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { scene, times } of measured) {
    times.push(...(await frames(browser, inspector.url, scene)));
  }
}
for (const { scene, times } of measured) report(scene, times);
await browser.close();
await inspector.close();
await store.close();
