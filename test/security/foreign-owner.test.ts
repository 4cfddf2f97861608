/**
 * A session of another user is as good as not there: no call gives anything of it or changes it, and
 * the error is the one that a session which is not there gets.
 *
 * @module
 */
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { forgottenMethods, WITH_SESSION, WITHOUT_SESSION } from './every-call.ts';
import { EVERY_STORE, type OpenStore } from './every-store.ts';

const SECRET = 'only-for-the-owner';
const OWNER = `owner-${SECRET}`;

/** All that a caller can tell apart; times and stacks are not in it. */
async function outcomeOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { gave: await call() };
  } catch (error) {
    const { name, message, cause, constructor } = error as Error;
    const fields = { ...(error as object) };
    return { name, message, cause, fields, class: constructor.name };
  }
}

test('every method of a session is in the tables', () => {
  expect(forgottenMethods()).toEqual([]);
});

describe.each(EVERY_STORE)('%s', (_, openStore) => {
  let open: OpenStore;

  beforeAll(async () => {
    open = await openStore(sharedRedisUrl());
  });

  afterAll(() => open.end());

  /** A session of someone else, and options for it and for one that is not there. */
  async function setUp(): Promise<{
    foreign: JSONSessionOptions;
    missing: JSONSessionOptions;
    document: () => Promise<unknown>;
  }> {
    const { store } = open;
    const [keyPrefix, elsewhere] = [ownPrefix(), ownPrefix()];
    const sessionId = 'chat-1';
    const owner = new JSONSession({ store, keyPrefix, sessionId, userId: OWNER });
    await owner.addItems([
      { role: 'user', content: SECRET },
      { type: 'function_call', callId: 'call-1', name: SECRET, arguments: '{}' },
    ]);
    await owner.trackAgent(SECRET);
    await owner.setAttributes({ [SECRET]: SECRET });
    await owner.setHandoffContext(SECRET);
    const document = (): Promise<unknown> => open.readDocument(`${keyPrefix}${sessionId}`);
    const common = { store, sessionId, userId: 'stranger' };
    return {
      foreign: { ...common, keyPrefix },
      missing: { ...common, keyPrefix: elsewhere },
      document,
    };
  }

  async function load({ sessionId = '', ...options }: JSONSessionOptions): Promise<JSONSession> {
    return JSONSession.load(sessionId, options);
  }

  test.each(Object.entries(WITH_SESSION))('%s answers as for none', async (method, call) => {
    const { foreign, missing, document } = await setUp();
    const before = await document();
    const outcomes = await Promise.all(
      [foreign, missing].map((options) =>
        outcomeOf(async () => (method === 'load' ? load(options) : call(new JSONSession(options)))),
      ),
    );
    // The two were told apart by nothing but their prefix, which is in no answer.
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(inspect(outcomes, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
    expect(await document()).toEqual(before);
  });

  test.each(Object.entries(WITHOUT_SESSION))('%s fails as load does', async (_method, call) => {
    const { foreign, missing, document } = await setUp();
    const before = await document();
    const outcome = await outcomeOf(() => call(new JSONSession(foreign)));
    expect(outcome).toEqual(await outcomeOf(() => load(missing)));
    expect(outcome).toMatchObject({ fields: { code: 'session_not_found' } });
    expect(inspect(outcome, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
    expect(await document()).toEqual(before);
  });

  test('a transaction that appends says that it does not fit', async () => {
    const { foreign, document } = await setUp();
    const before = await document();
    const items = [{ role: 'user' as const, content: 'Hello' }];
    const outcome = await outcomeOf(() =>
      new JSONSession(foreign).applyHistoryTransaction({
        operationId: 'first',
        transaction: { type: 'append_items', items },
      }),
    );
    expect(outcome).toMatchObject({ name: 'UserError' });
    expect(inspect(outcome, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
    expect(await document()).toEqual(before);
  });

  test('open fails as load does, and create says that the id is taken and no more', async () => {
    const { foreign, missing, document } = await setUp();
    const before = await document();
    const opened = await outcomeOf(() => JSONSession.open({ ...foreign, ttl: 1 }));
    expect(opened).toEqual(await outcomeOf(() => load(missing)));
    const created = await outcomeOf(() => JSONSession.create({ ...foreign, ttl: 1 }));
    expect(created).toMatchObject({ message: 'Session already exists: chat-1' });
    expect(inspect([opened, created], { depth: Infinity })).not.toContain(SECRET);
    expect(await document()).toEqual(before);
  });

  test.each([
    'OWNER',
    `${OWNER} `,
    `${OWNER}\n`,
    OWNER.toUpperCase(),
    '*',
    `${OWNER.slice(0, -1)}?`,
  ])('another spelling of the owner is another owner: %j', async (userId) => {
    const { foreign } = await setUp();
    expect(await outcomeOf(() => load({ ...foreign, userId }))).toMatchObject({
      fields: { code: 'session_not_found' },
    });
    const { sessionId } = await load({ ...foreign, userId: OWNER });
    expect(sessionId).toBe('chat-1');
  });

  test('a handle that has seen the session of its user never sees the next owner', async () => {
    const { foreign } = await setUp();
    const handle = await load({ ...foreign, userId: OWNER });
    await handle.delete();
    const { userId: _userId, ...others } = foreign;
    const next = new JSONSession({ ...others, userId: 'next' });
    await next.addMessage({ role: 'user', content: 'of the next one' });
    for (const call of Object.values({ ...WITH_SESSION, ...WITHOUT_SESSION })) {
      const shown = inspect(await outcomeOf(() => call(handle)), { depth: Infinity });
      expect(shown).not.toContain('of the next one');
    }
    expect(await next.getItems()).toHaveLength(1);
  });
});
