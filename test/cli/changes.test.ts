/**
 * What the command changes, and what it asks for before it does.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { closeStores, JSONSession } from '../../src/index.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { jsonLines, runCommand } from './command-process.ts';

afterAll(closeStores);

describe.each(SHARED_STORES)('in %s', (_, urlOf) => {
  const keyPrefix = ownPrefix();
  let url: string;
  let place: readonly string[];

  beforeAll(() => {
    url = urlOf();
    place = ['--url', url, '--prefix', keyPrefix];
  });

  async function fill(sessionId: string, userId: string): Promise<JSONSession> {
    const session = await JSONSession.create({ sessionId, userId, url, keyPrefix });
    await session.addMessage({ role: 'user', content: 'one' });
    await session.addMessage({ role: 'user', content: 'two' });
    return session;
  }

  async function isThere(sessionId: string): Promise<boolean> {
    const load = JSONSession.load(sessionId, { url, keyPrefix });
    return load.then(
      () => true,
      () => false,
    );
  }

  test('reindex mends what messages are found by, or says that there is nothing to mend', async () => {
    const session = await fill('unseen', 'ada');
    const given = url.startsWith('redis') ? ['--url', `${url}?search=true`] : [];
    const command = [...place, ...given, 'reindex'];
    if (given.length === 0) {
      const { code, errors } = await runCommand(command);
      expect({ code, isNamed: errors.includes('checkProjection') }).toEqual({
        code: 2,
        isNamed: true,
      });
    } else {
      const dry = await runCommand([...command, '--dry-run', '--no-json']);
      expect(dry.output).toBe(
        '1 sessions; found: 1 missing, 0 stale, 0 left of sessions that are gone\n',
      );
      expect(jsonLines((await runCommand(command)).output)).toMatchObject([{ missing: 1 }]);
      expect(jsonLines((await runCommand(command)).output)).toMatchObject([{ missing: 0 }]);
      const found = await runCommand([...place, ...given, 'search', 'two']);
      expect(jsonLines(found.output)).toMatchObject([{ sessionId: 'unseen', index: 1 }]);
    }
    await session.delete();
  });

  test('delete says what would go, and deletes with --yes', async () => {
    await fill('a', 'ada');
    await fill('b', 'ada');
    const dry = await runCommand([...place, 'delete', 'a', 'b', '--no-json']);
    expect(dry.code).toBe(6);
    expect(dry.output).toBe(
      'a: would be deleted, with 2 messages\nb: would be deleted, with 2 messages\n',
    );
    expect(dry.errors).toContain('Nothing was deleted');
    expect(await isThere('a')).toBe(true);
    const wet = await runCommand([...place, 'delete', 'a', 'b', '--yes']);
    expect(wet).toMatchObject({ code: 0, errors: '' });
    expect(jsonLines(wet.output)).toMatchObject([
      { sessionId: 'a', deleted: true },
      { deleted: true },
    ]);
    expect(await isThere('a')).toBe(false);
    expect((await runCommand([...place, 'delete', 'a', '--yes'])).code).toBe(3);
  });

  test('delete-user counts, and deletes all sessions of a person with --yes', async () => {
    for (const id of ['c', 'd', 'e']) await fill(id, 'bob');
    await fill('f', 'carl');
    const dry = await runCommand([...place, 'delete-user', 'bob']);
    expect(dry.code).toBe(6);
    expect(jsonLines(dry.output)).toEqual([{ userId: 'bob', found: 3, deleted: 0, failed: [] }]);
    expect(await isThere('c')).toBe(true);
    const wet = await runCommand([...place, 'delete-user', 'bob', '--yes', '--no-json']);
    expect(wet).toEqual({ code: 0, output: 'bob: 3 of 3 sessions deleted\n', errors: '' });
    expect(await isThere('c')).toBe(false);
    expect(await isThere('f')).toBe(true);
  });

  test('fork makes a session that goes on from a message', async () => {
    const session = await fill('parent', 'ada');
    const [first] = await session.getMessages();
    const { code, output } = await runCommand([
      ...place,
      'fork',
      'parent',
      '--id',
      'child',
      '--up-to',
      first!.id,
      '--no-json',
    ]);
    expect({ code, output }).toEqual({ code: 0, output: 'child\n' });
    const child = await JSONSession.load('child', { url, keyPrefix });
    expect(await child.getMessages()).toMatchObject([{ content: 'one' }]);
    const again = await runCommand([...place, 'fork', 'parent', '--id', 'child']);
    expect(again.code).toBe(5);
  });
});
