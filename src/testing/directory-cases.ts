/**
 * What cases about finding sessions and messages share.
 *
 * @module
 */
import type { ListedSession } from '../directory/listed-session.ts';
import type { ListOptions } from '../directory/query-options.ts';
import { SessionDirectory, type SessionDirectoryOptions } from '../directory/session-directory.ts';
import type { JSONSession } from '../session/session.ts';
import type { CaseScope } from './case-scope.ts';
import { say } from './conversation.ts';
import { expectFailure } from './expect-failure.ts';
import type { CaseTable } from './topic.ts';

/**
 * A case over a directory.
 */
export type DirectoryCase = (scope: CaseScope, directory: SessionDirectory) => Promise<void>;

/**
 * Gives a directory of the sessions of a case.
 */
export function directoryOf(
  scope: CaseScope,
  options: SessionDirectoryOptions = {},
): SessionDirectory {
  return new SessionDirectory({ store: scope.store, keyPrefix: scope.keyPrefix, ...options });
}

/**
 * Makes cases of those that need a store which can find sessions. Any other must say so.
 *
 * @param subjectOf - Gives what a case is run over.
 * @param refused - By the name of each method, its call.
 */
export function whereSupported<S>(
  cases: Readonly<Record<string, (scope: CaseScope, subject: S) => Promise<void>>>,
  subjectOf: (scope: CaseScope) => S,
  refused: Readonly<Record<string, (subject: S) => unknown>>,
): CaseTable {
  const entries = Object.entries(cases).map(([name, run]) => {
    const runOver = async (scope: CaseScope): Promise<void> => {
      const subject = subjectOf(scope);
      if (scope.store.directory !== undefined) return run(scope, subject);
      for (const [method, call] of Object.entries(refused)) {
        await expectFailure('unsupported', () => call(subject), { method });
      }
    };
    return [name, runOver] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * Makes cases over the directory of their store.
 */
export function directoryCases(cases: Readonly<Record<string, DirectoryCase>>): CaseTable {
  return whereSupported(cases, directoryOf, {
    list: (directory) => directory.list(),
    listForks: (directory) => directory.listForks('chat'),
  });
}

/**
 * Gives the sessions of all pages.
 */
export async function everything(
  directory: SessionDirectory,
  options: ListOptions = {},
): Promise<ListedSession[]> {
  const sessions: ListedSession[] = [];
  let { cursor } = options;
  do {
    const page = await directory.list({ ...options, cursor });
    sessions.push(...page.sessions);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return sessions;
}

/**
 * Gives the ids of the sessions of all pages.
 */
export async function idsOf(directory: SessionDirectory, options?: ListOptions): Promise<string[]> {
  return (await everything(directory, options)).map(({ sessionId }) => sessionId);
}

/**
 * Makes sessions of the ids, one after another, with one message each.
 */
export async function talks(
  scope: CaseScope,
  ids: readonly string[],
  userId?: string,
): Promise<JSONSession[]> {
  const sessions: JSONSession[] = [];
  for (const sessionId of ids) {
    const session = scope.session({ sessionId, userId });
    await say(session, `Hello from ${sessionId}`);
    sessions.push(session);
  }
  return sessions;
}

/**
 * Puts documents in place as another program would, and mends what the store finds sessions by, which does
 * not know of them.
 */
export async function planted(
  scope: CaseScope,
  directory: SessionDirectory,
  documents: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const [id, document] of Object.entries(documents)) await scope.plant(id, document);
  if (scope.store.directory?.checkProjection === undefined) return;
  await directory.checkProjection({ repair: true });
}
