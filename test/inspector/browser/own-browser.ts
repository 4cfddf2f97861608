/**
 * A browser for a file of tests alone.
 *
 * @module
 */
import type { Browser } from 'playwright-core';
import { afterAll } from 'vitest';

import { startBrowser } from './chromium.ts';

/** Starts a browser, which is closed after the tests of the file. */
export async function ownBrowser(): Promise<Browser> {
  const browser = await startBrowser();
  afterAll(() => browser.close());
  return browser;
}
