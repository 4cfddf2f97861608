/**
 * An inspector that is attacked, and the session that nobody may see: by pages of strangers in the
 * browser of whoever looks, and by other users of the machine.
 *
 * @module
 */
import { afterAll, beforeAll, beforeEach } from 'vitest';

import { closeStores, JSONSession } from '../../../src/index.ts';
import { ownPrefix, temporaryFolder } from '../../processes/shared-stores.ts';
import { type Answer, Inspection } from '../inspection.ts';

/** What the session says. */
export const SECRET = 'what nobody may see';

/** Each path of the API that reads, and two that lead nowhere. */
export const READS: readonly string[] = [
  '/api/info',
  '/api/sessions',
  '/api/sessions/count',
  '/api/stats',
  '/api/search?text=nobody&user=ada',
  '/api/events',
  '/api/sessions/secret',
  '/api/sessions/secret/messages',
  '/api/sessions/secret/document',
  '/api/sessions/secret/export',
  '/api/sessions/secret/events',
  '/api/nothing',
  '/api',
];

/** Each path of the API that changes the session by `POST`. */
export const CHANGES: readonly string[] = ['fork', 'clear', 'undo', 'attributes'].map(
  (name) => `/api/sessions/secret/${name}`,
);

/** What {@link AttackedInspector.stored} gives where nothing was changed. */
export const UNCHANGED: object = {
  sessions: [{ sessionId: 'secret', messageCount: 1, attributes: {} }],
};

/** An inspector of a store with one session, for a test file. */
export interface AttackedInspector {
  /** Where the session is. */
  readonly store: { readonly url: string; readonly keyPrefix: string };
  /** The inspector, which may change sessions; a new one for each test. */
  readonly inspection: Inspection;
  /** Gives the sessions there are now. */
  readonly stored: () => Promise<unknown>;
}

/**
 * Makes the session before the tests of the file, and serves an inspector for each of them.
 */
export function attackedInspector(): AttackedInspector {
  const keyPrefix = ownPrefix();
  let url: string;
  let inspection: Inspection;

  beforeAll(async () => {
    url = `sqlite:${temporaryFolder()}/sessions.db`;
    const session = await JSONSession.create({
      sessionId: 'secret',
      userId: 'ada',
      url,
      keyPrefix,
    });
    await session.addMessage({ role: 'user', content: SECRET });
  });

  afterAll(closeStores);

  beforeEach(async () => {
    inspection = await Inspection.begin({ url, keyPrefix, write: true });
  });

  return {
    get store() {
      return { url, keyPrefix };
    },
    get inspection() {
      return inspection;
    },
    stored: () => inspection.get('/sessions?order=id'),
  };
}

/** Gives the code of a refusal, or what is wrong with it. */
export function refusalIn({ status, text, headers }: Answer): string {
  const isSafe =
    status >= 400 &&
    !text.includes(SECRET) &&
    headers.get('access-control-allow-origin') === null &&
    headers.get('cache-control') === 'no-store';
  if (!isSafe) return `${status} ${text}`;
  return (JSON.parse(text) as { error: { code: string } }).error.code;
}
