/**
 * Finding encrypted sessions: by what stays readable, and never by what is said.
 */
import { expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import type { DirectoryStore } from '../../src/directory-store.ts';
import { SealedStore } from '../../src/encryption/index.ts';
import { JSONSession, UnsupportedError } from '../../src/index.ts';
import type { SessionStore } from '../../src/store.ts';
import { testKeyring } from './keyrings.ts';
import { describeEverywhere } from './places.ts';

const encryption = await testKeyring();

/** A directory that can search. */
type Searching = DirectoryStore & { search: (params: object) => Promise<unknown> };

/** A store whose directory can search. */
function searching(store: SessionStore, found: unknown): SessionStore {
  const search = async (): Promise<unknown> => found;
  const directory = withMember(store.directory as object, 'search', search);
  return withMember(store, 'directory', directory);
}

/** An object that has one more member, or another one in its place. */
function withMember<T extends object>(object: T, name: string, value: unknown): T {
  return new Proxy(object, {
    get(target, member): unknown {
      const found: unknown = member === name ? value : Reflect.get(target, member);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
}

describeEverywhere((place) => {
  test('owners, times, agents, tokens and attributes can be listed, summed up and filtered', async () => {
    const { store, prefix: keyPrefix } = place();
    const options = { store, keyPrefix, sessionId: 'listed', userId: 'ada', encryption };
    const session = new JSONSession(options);
    await session.addMessage({ role: 'user', content: 'Secret', agent: 'Triage', tokens: 7 });
    await session.trackAgent('Triage');
    await session.setAttributes({ title: 'Trip' });
    const sealed = new SealedStore(store, encryption);
    const directory = new SessionDirectory({ store: sealed, keyPrefix });
    const query = { userId: 'ada', agent: 'Triage', attributes: { title: 'Trip' } };
    const { sessions } = await directory.list(query);
    expect(sessions).toMatchObject([
      {
        sessionId: 'listed',
        userId: 'ada',
        messageCount: 1,
        totalTokens: 7,
        currentAgent: 'Triage',
      },
    ]);
    expect(JSON.stringify(sessions)).not.toContain('Secret');
    expect(await directory.count(query)).toBe(1);
    expect(await directory.stats()).toMatchObject({ messages: 1, tokens: 7 });
    expect(await directory.deleteUser('ada')).toMatchObject({ deleted: 1 });
  });

  test('a search is refused, and says why', async () => {
    const store = searching(place().store, ['found']);
    expect(await (store.directory as Searching).search({})).toEqual(['found']);
    const sealed = new SealedStore(store, encryption).directory as Searching;
    const refused = sealed.search({});
    await expect(refused).rejects.toBeInstanceOf(UnsupportedError);
    await expect(refused).rejects.toMatchObject({ method: 'search' });
    await expect(refused).rejects.toThrow(/encrypted/u);
    expect(await sealed.count({ keyPrefix: place().prefix })).toBeGreaterThanOrEqual(0);
  });
});
