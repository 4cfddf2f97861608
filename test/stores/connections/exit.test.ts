import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runScript } from '../../processes/run-script.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';
import { type BlackHole, startBlackHole } from './black-hole.ts';

let server: RedisServer;
let hole: BlackHole;

beforeAll(async () => {
  [server, hole] = await Promise.all([startRedis(), startBlackHole()]);
});

afterAll(() => Promise.all([server.stop(), hole.stop()]));

/** Far less than the 30 s for which a connection lingers. */
const SOON_MS = 5000;

const STORES: readonly (readonly [name: string, url: () => string])[] = [
  ['Redis', () => server.url],
  ['a SQLite file', () => `sqlite:${join(temporaryFolder(), 'a.db')}`],
];

describe.each(STORES)('a process with a session in %s', (_, newUrl) => {
  test('exits by itself when its sessions are idle, though none was closed', async () => {
    const end = await runScript(
      `const sessions = ['a', 'b'].map((sessionId) => new JSONSession({ url: '${newUrl()}', sessionId }));
      for (const session of sessions) await session.addMessage({ role: 'user', content: 'hello' });
      console.log((await sessions[0].getItems()).length);`,
    );
    expect(end).toMatchObject({ code: 0, output: '1\n', errors: '' });
    expect(end.lingered).toBeLessThan(SOON_MS);
  });

  test('exits by itself when its sessions were closed and the connection lingers', async () => {
    const end = await runScript(
      `const session = new JSONSession({ url: '${newUrl()}', sessionId: 'c' });
      await session.getItems();
      await session.close();
      console.log('closed');`,
    );
    expect(end).toMatchObject({ code: 0, output: 'closed\n', errors: '' });
    expect(end.lingered).toBeLessThan(SOON_MS);
  });

  test('waits for the answer of calls in flight before it exits', async () => {
    const end = await runScript(
      `const session = new JSONSession({ url: '${newUrl()}', sessionId: 'd' });
      void session.addMessage({ role: 'user', content: 'hello' })
        .then(() => session.getItems())
        .then((items) => console.log(items.length));`,
    );
    expect(end).toMatchObject({ code: 0, output: '1\n', errors: '' });
  });

  test('comes to the end of a module that awaits calls at its top level', async () => {
    const end = await runScript(
      `const session = await JSONSession.open({ url: '${newUrl()}', sessionId: 'e' });
      await session.addItems([{ role: 'user', content: 'hello' }]);
      // Some time without a call, with nothing else to do.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await session.trackAgent('Writer');
      await Promise.all([session.getItems(), session.getMetadata(), session.touch()]);
      await session.popItem();
      await session.delete();
      console.log('the end');`,
    );
    expect(end).toMatchObject({ code: 0, output: 'the end\n', errors: '' });
  });

  test('exits by itself after closeStores()', async () => {
    const end = await runScript(
      `const session = new JSONSession({ url: '${newUrl()}', sessionId: 'f' });
      await session.addMessage({ role: 'user', content: 'hello' });
      await closeStores();
      await session.getItems().catch((error) => console.log(error.code));`,
    );
    expect(end).toMatchObject({ code: 0, output: 'store_closed\n', errors: '' });
    expect(end.lingered).toBeLessThan(SOON_MS);
  });
});

describe('a process whose server does not answer', () => {
  const call = (url: string): string =>
    `const session = new JSONSession({ url: '${url}', timeoutMs: 300 });
    await session.getItems().catch((error) => console.log(error.code));
    await session.addMessage({ role: 'user', content: 'x' }).catch((error) => console.log(error.code));`;

  test('exits by itself after the calls have failed', async () => {
    const end = await runScript(call(hole.url));
    expect(end).toMatchObject({
      code: 0,
      output: 'store_unavailable\nstore_unavailable\n',
      errors: '',
    });
    expect(end.lingered).toBeLessThan(SOON_MS);
  });

  test('exits by itself after the calls have failed, where connections are refused', async () => {
    const end = await runScript(call('redis://127.0.0.1:9'));
    expect(end).toMatchObject({
      code: 0,
      output: 'store_unavailable\nstore_unavailable\n',
      errors: '',
    });
    expect(end.lingered).toBeLessThan(SOON_MS);
  });

  test('exits by itself when the server stopped answering during a call', async () => {
    const stopped = await startRedis();
    try {
      const end = await runScript(
        `const session = new JSONSession({ url: '${stopped.url}' });
        await session.addMessage({ role: 'user', content: 'x' });
        process.kill(${stopped.pid}, 'SIGSTOP');
        await session.addMessage({ role: 'user', content: 'x' }, { timeoutMs: 300 }).catch((error) => console.log(error.code));
        await session.getItems(undefined, undefined, { timeoutMs: 300 }).catch((error) => console.log(error.code));`,
      );
      expect(end).toMatchObject({
        code: 0,
        output: 'outcome_unknown\nstore_unavailable\n',
        errors: '',
      });
      expect(end.lingered).toBeLessThan(SOON_MS);
    } finally {
      await stopped.stop();
    }
  });

  test('exits by itself when the server went away while its sessions were idle', async () => {
    const gone = await startRedis();
    const end = await runScript(
      `const session = new JSONSession({ url: '${gone.url}' });
      await session.getItems();
      console.log('idle');
      process.stdin.once('data', () => process.stdin.destroy());`,
      {
        onLine: (_, send) => {
          void gone.stop().then(() => send('go on'));
        },
      },
    );
    expect(end).toMatchObject({ code: 0, output: 'idle\n', errors: '' });
  });
});
