/**
 * Documents that releases of this package wrote, which every later release must understand. They are
 * made once for a release and never changed; `golden.test.ts` says how.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';

import type { SessionDocument } from '../../src/document/document.ts';

/** Where they are kept. */
export const GOLDEN_FOLDER: URL = new URL('../fixtures/golden/', import.meta.url);

/** All of them, by file name. */
export const GOLDEN_DOCUMENTS: Readonly<Record<string, SessionDocument>> = Object.fromEntries(
  readdirSync(GOLDEN_FOLDER).map((name) => [
    name,
    JSON.parse(readFileSync(new URL(name, GOLDEN_FOLDER), 'utf8')) as SessionDocument,
  ]),
);
