/**
 * What is told of finding sessions.
 *
 * @module
 */
import { describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import { closeStores, JSONSession } from '../../src/index.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { listen } from './listen.ts';

describe.each(SHARED_STORES)('in %s', (_, urlOf) => {
  test('each call is told, and of a walk each step', async () => {
    const place = { url: urlOf(), keyPrefix: ownPrefix() };
    const session = await JSONSession.create({ ...place, userId: 'ada', ttl: 60 });
    await session.close();
    await using directory = new SessionDirectory(place);
    const { ended } = listen();
    expect((await directory.list()).sessions).toHaveLength(1);
    expect(await directory.count()).toBe(1);
    expect(await directory.stats()).toMatchObject({ sessions: 1 });
    const [list, count, ...steps] = ended;
    expect(list).toMatchObject({ method: 'list', result: 'done' });
    expect(count).toMatchObject({ method: 'count', result: 'done' });
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.every(({ method }) => method === 'walk')).toBe(true);
    expect(steps.at(-1)).toMatchObject({ result: 'none' });
    if (urlOf().startsWith('sqlite:')) {
      await directory.search('hello');
      expect(ended.at(-1)).toMatchObject({ method: 'search', result: 'done' });
    }
    await directory.deleteUser('ada');
    expect(ended.map(({ method }) => method)).toContain('delete');
    await closeStores();
  });
});
