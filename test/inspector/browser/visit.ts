/**
 * A page of the inspector in a real browser, over a store with sessions.
 *
 * @module
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { SessionStore } from '../../../src/index.ts';
import {
  type InspectorOptions,
  serveInspector,
  type ServedInspector,
} from '../../../src/inspector/index.ts';
import { PATIENCE } from '../../processes/patience.ts';
import type { SamplePlace } from './sample-sessions.ts';

/** How a page is looked at. */
export interface LookOptions {
  /** The view, as the fragment of the address. */
  readonly view?: string | undefined;
  readonly context?: BrowserContextOptions | undefined;
}

/** What a visit is of. */
export interface VisitOptions
  extends SamplePlace, LookOptions, Pick<InspectorOptions, 'encryption' | 'timeoutMs'> {
  readonly write?: boolean;
}

/** A page, and what serves it. */
export interface Visit<Served extends { url: string } = ServedInspector> {
  readonly page: Page;
  readonly served: Served;
  /** What the browser has refused or not understood. */
  readonly problems: string[];
  /** Addresses that were asked. */
  readonly requests: string[];
  /** Goes to another view. */
  readonly goTo: (view: string) => Promise<void>;
}

/** Opens the page until the test is over. It must not have asked anybody else, or met an error. */
export async function visit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { view, context, ...served } = options;
  return openPage(browser, await serve(served), { view, context });
}

/** Opens a page that is served, until the test is over. */
export async function openPage<Served extends { url: string }>(
  browser: Browser,
  served: Served,
  { view, context: contextOptions }: LookOptions = {},
): Promise<Visit<Served>> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ...contextOptions,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (!/^(?:error|warning)$/u.test(message.type())) return;
    // Whoever looks for a session by its id may be told that it is not there.
    if (!message.text().includes('404 (Not Found)')) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(served.url);
  const goTo = (fragment: string): Promise<void> =>
    page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
  if (view !== undefined) await goTo(view);
  return { page, served, problems, requests, goTo };
}

/** Serves an inspector until the test is over. */
export async function serve(
  options: Parameters<typeof serveInspector>[0] & { store: SessionStore },
): Promise<ServedInspector> {
  const served = await serveInspector(options);
  onTestFinished(() => served.close());
  return served;
}

/** Expects something of what comes by itself. */
export function eventually<T>(look: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look);
}

/** Waits until a text is seen. */
export async function sees(page: Page, text: string | RegExp): Promise<void> {
  await page
    .getByText(text)
    .first()
    .waitFor({ state: 'visible', ...PATIENCE });
}

/** Checks that the page has met no problem and has asked nobody but its own server. */
export function expectNoProblems({ problems, requests, served }: Visit<{ url: string }>): void {
  expect(problems).toEqual([]);
  const { origin } = new URL(served.url);
  const others = requests.filter(
    (url) => new URL(url).origin !== origin && !/^(?:data|blob):/u.test(url),
  );
  expect(others).toEqual([]);
}
