import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { userItem } from './main-operations.ts';
import { type MonitoredServer, startMonitored, wordsOf } from './monitored-server.ts';

let monitored: MonitoredServer;
let client: MonitoredServer['client'];
let session: JSONSession;

beforeAll(async () => {
  monitored = await startMonitored();
  ({ client } = monitored);
});

afterAll(() => monitored.stop());

beforeEach(async () => {
  session = new JSONSession({ store: new RedisStore(client), userId: 'user-1' });
  await session.create();
  await session.addItems(['a', 'b', 'c'].map(userItem));
  await warmUp();
  await commands();
});

/** Loads every script, so that none has to be sent with its source later. */
async function warmUp(): Promise<void> {
  const other = await JSONSession.create({ store: new RedisStore(client) });
  await other.touch();
  await other.getMetadata();
  await other.clear();
  await other.delete();
}

/** The commands that clients have sent since the last call, without those of scripts. */
async function commands(): Promise<string[][]> {
  const lines = await monitored.lines();
  return lines.filter((line) => !line.includes(' lua]')).map(wordsOf);
}

/** How many changes the server has counted. */
async function changes(): Promise<string> {
  const info = await monitored.server.cli('INFO', 'persistence');
  return /rdb_changes_since_last_save:(\d+)/.exec(info)?.[1] ?? 'unknown';
}

const WRITES: Record<string, (of: JSONSession) => Promise<unknown>> = {
  addItems: (of) => of.addItems(['d', 'e', 'f'].map(userItem)),
  'addItems with 5,000 items': (of) =>
    of.addItems(Array.from({ length: 5000 }, (_, index) => userItem(String(index)))),
  addMessage: (of) =>
    of.addMessage({ role: 'assistant', content: 'd', agent: 'Writer', tokens: 3 }),
  trackAgent: (of) => of.trackAgent('Writer'),
  setHandoffContext: (of) => of.setHandoffContext({ to: 'Writer' }),
  setAttributes: (of) => of.setAttributes({ title: 'Trip', draft: null }),
  clear: (of) => of.clear(),
  clearSession: (of) => of.clearSession(),
  touch: (of) => of.touch(),
  delete: (of) => of.delete(),
};

describe('one round trip', () => {
  test.each(Object.keys(WRITES))('%s is one script', async (name) => {
    await WRITES[name]?.(session);

    const sent = await commands();
    expect(sent.map(([command]) => command)).toEqual(['EVALSHA']);
    expect(sent[0]?.[3]).toBe(`session:${session.sessionId}`);
  });

  test('create is one script', async () => {
    const created = await JSONSession.create({ store: new RedisStore(client) });

    const sent = await commands();
    expect(sent.map(([command, , , key]) => [command, key])).toEqual([
      ['EVALSHA', `session:${created.sessionId}`],
    ]);
  });

  test('the first write of a session that is not there is one script', async () => {
    await new JSONSession({ store: new RedisStore(client) }).addItems([userItem('a')]);

    expect((await commands()).map(([command]) => command)).toEqual(['EVALSHA']);
  });

  test('popItem reads the newest item and drops it with one script', async () => {
    expect(await session.popItem()).toEqual(userItem('c'));

    expect((await commands()).map(([command]) => command)).toEqual(['JSON.GET', 'EVALSHA']);
  });

  test('addItems without items sends nothing', async () => {
    await session.addItems([]);

    expect(await commands()).toEqual([]);
  });

  test.each<[string, (of: JSONSession) => Promise<unknown>]>([
    ['getItems', (of) => of.getItems()],
    ['getItems with a limit', (of) => of.getItems(2)],
    ['getMessages', (of) => of.getMessages()],
    ['getMessages with filters', (of) => of.getMessages({ role: 'user', limit: 2 })],
  ])('%s of a short history is one plain JSON.GET', async (_, read) => {
    await read(session);

    const sent = await commands();
    expect(sent.map(([command]) => command)).toEqual(['JSON.GET']);
    expect(sent[0]?.[1]).toBe(`session:${session.sessionId}`);
  });

  test('getMetadata is one script that changes nothing', async () => {
    const before = await changes();
    await commands();
    await session.getMetadata();

    expect((await commands()).map(([command]) => command)).toEqual(['EVALSHA']);
    expect(await changes()).toBe(before);
  });
});

describe('SCRIPT FLUSH', () => {
  test('between calls is not noticed: the source is sent once', async () => {
    for (const [name, write] of Object.entries(WRITES)) {
      if (name === 'delete') continue;
      await client.scriptFlush();
      await commands();
      await write(session);
      const sent = await commands();
      expect(sent.slice(0, 2).map(([command]) => command)).toEqual(['EVALSHA', 'EVAL']);
      const sources = sent.filter(([command]) => command === 'EVAL').map(([, source]) => source);
      expect(new Set(sources).size).toBe(sources.length);
    }
    await client.scriptFlush();
    expect(await session.getMetadata()).toMatchObject({ agentsUsed: ['Writer'], messageCount: 0 });
    await client.scriptFlush();
    expect(await session.popItem()).toBeUndefined();
    await client.scriptFlush();
    expect(await session.delete()).toBe(true);
  });

  test('during many calls at once loses and repeats nothing', async () => {
    const store = new RedisStore(client);
    const sessions = Array.from({ length: 5 }, () => new JSONSession({ store }));
    const state = { writing: true };
    const flushing = (async () => {
      while (state.writing) await client.scriptFlush();
    })();
    await Promise.all(
      sessions.map(async (each) => {
        for (let index = 0; index < 50; index += 1) await each.addItems([userItem(`${index}`)]);
      }),
    );
    state.writing = false;
    await flushing;
    const expected = Array.from({ length: 50 }, (_, index) => userItem(`${index}`));
    for (const each of sessions) expect(await each.getItems()).toEqual(expected);
  });
});
