import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { closeStores, JSONSession } from '../../../src/index.ts';
import { runScript, SOURCES } from '../../processes/run-script.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../../servers/redis-server.ts';
import { PATIENCE } from '../../processes/patience.ts';
import { connectionsOf } from './connections-of.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterEach(() => closeStores());

afterAll(() => server.stop());

async function untilConnections(count: number): Promise<string[]> {
  return vi.waitFor(async () => {
    const ids = await connectionsOf(server);
    expect(ids).toHaveLength(count);
    return ids;
  }, PATIENCE);
}

describe('sessions with the same URL', () => {
  test('share one connection, 200 of them at once', async () => {
    const sessions = Array.from(
      { length: 200 },
      (_, index) => new JSONSession({ url: server.url, sessionId: `session ${index}` }),
    );
    await Promise.all(
      sessions.map(async (session) => {
        await session.addMessage({ role: 'user', content: session.sessionId });
        const [message] = await session.getMessages();
        expect(message?.content).toBe(session.sessionId);
      }),
    );

    expect(await connectionsOf(server)).toHaveLength(1);
    await Promise.all(sessions.map((session) => session.close()));
  });

  test('share it when the URL is written in another way', async () => {
    const { port } = server;
    const urls = [
      `redis://127.0.0.1:${port}`,
      `redis://127.0.0.1:${port}/`,
      `redis://127.0.0.1:${port}/0`,
      `REDIS://127.0.0.1:${port}`,
    ];
    for (const url of urls) await new JSONSession({ url }).getItems();

    expect(await connectionsOf(server)).toHaveLength(1);
  });

  test('do not share it with other databases or users', async () => {
    await server.cli('ACL', 'SETUSER', 'other', 'on', '>secret', '~*', '+@all');
    const { port } = server;
    const urls = [
      `redis://127.0.0.1:${port}`,
      `redis://127.0.0.1:${port}/1`,
      `redis://other:secret@127.0.0.1:${port}`,
    ];
    for (const url of urls) await new JSONSession({ url }).getItems();

    expect(await connectionsOf(server)).toHaveLength(3);
  });

  test('share a store in memory and a file, however its path is written', async () => {
    const path = join(temporaryFolder(), 'a.db');
    for (const [left, right] of [
      ['sqlite::memory:', 'sqlite::memory:'],
      [`sqlite:${path}`, `sqlite://${path}`],
      [`sqlite:${path}`, `SQLITE:${path.replace('/a.db', '/x/../a.db')}`],
    ]) {
      const writer = new JSONSession({ url: left, sessionId: 'same' });
      const reader = new JSONSession({ url: right, sessionId: 'same' });
      await writer.clear();
      await writer.addItems([{ role: 'user', content: 'hello' }]);
      expect(await reader.getItems()).toEqual([{ role: 'user', content: 'hello' }]);
    }
  });

  test('share it with a second copy of the package, which understands its errors', async () => {
    const folder = temporaryFolder();
    cpSync(fileURLToPath(SOURCES), join(folder, 'src'), { recursive: true });
    const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
    symlinkSync(modules, join(folder, 'node_modules'));
    const copy = pathToFileURL(join(folder, 'src', 'index.ts')).href;

    await untilConnections(0);
    const connections: string[] = [];
    const end = await runScript(
      `const copy = await import('${copy}');
      if (copy.JSONSession === JSONSession) throw new Error('It is the same copy.');
      const url = '${server.url}';
      const first = new JSONSession({ url, sessionId: 'copies' });
      await first.addMessage({ role: 'user', content: 'hello' });
      const second = new copy.JSONSession({ url, sessionId: 'copies' });
      console.log(JSON.stringify(await second.getItems()));
      console.log('connected');
      await new Promise((resolve) => process.stdin.once('data', resolve));
      process.stdin.destroy();

      await new copy.JSONSession({ url, sessionId: 'absent' }).clear();
      const result = { type: 'function_call_result', callId: '1', name: 'f', status: 'completed', output: 'x' };
      await new copy.JSONSession({ url, sessionId: 'absent' }).addItems([result]).catch((error) => {
        console.log(error.code);
      });
      const restarting = new copy.JSONSession({ url, sessionId: 'copies', onExpired: 'restart' });
      await restarting.getItems();
      await first.delete();
      await restarting.addItems([{ role: 'user', content: 'new' }]);
      console.log(JSON.stringify(await restarting.getItems()));
      await copy.closeStores();
      await first.getItems().catch((error) => console.log(error.code));`,
      {
        onLine: (line, send) => {
          if (line !== 'connected') return;
          void (async () => {
            connections.push(...(await connectionsOf(server)));
            send('go on');
          })();
        },
      },
    );

    expect(end.errors).toBe('');
    expect(end.output.trim().split('\n')).toEqual([
      JSON.stringify([{ type: 'message', role: 'user', content: 'hello' }]),
      'connected',
      'session_expired',
      JSON.stringify([{ role: 'user', content: 'new' }]),
      'store_closed',
    ]);
    expect(end.code).toBe(0);
    expect(connections).toHaveLength(1);
  });
});

describe('after the last session', () => {
  test('the connection stays open for the time to linger, and not longer', async () => {
    const lingerMs = 400;
    const sessions = Array.from(
      { length: 3 },
      (_, index) => new JSONSession({ url: server.url, sessionId: `linger ${index}`, lingerMs }),
    );
    for (const session of sessions) await session.getItems();
    for (const session of sessions) await session.close();
    const closed = performance.now();

    expect(await connectionsOf(server)).toHaveLength(1);
    await untilConnections(0);
    expect(performance.now() - closed).toBeGreaterThanOrEqual(lingerMs - 5);
  });

  test('the connection stays open as long as another session has it', async () => {
    const [first, second] = [1, 2].map(
      (index) => new JSONSession({ url: server.url, sessionId: `held ${index}`, lingerMs: 0 }),
    );
    await first!.getItems();
    const ids = await connectionsOf(server);
    await second!.getItems();
    // Twice gives back no more than once.
    await first!.close();
    await first!.close();
    await second!.addMessage({ role: 'user', content: 'hello' });

    expect(await connectionsOf(server)).toEqual(ids);
    await second!.close();
    await untilConnections(0);
  });

  test('a new session within that time has the same connection, which stays', async () => {
    const options = { url: server.url, sessionId: 'again', lingerMs: 200 };
    const first = new JSONSession(options);
    await first.getItems();
    const ids = await connectionsOf(server);
    // Lingers as long as the first one would, so its end tells when that time is over.
    const clock = new JSONSession({ ...options, url: `${server.url}/5` });
    await clock.getItems();
    await first.close();
    const second = new JSONSession(options);
    await second.getItems();
    await clock.close();

    await untilConnections(1);
    expect(await connectionsOf(server)).toEqual(ids);
    await second.close();
  });

  test('a closed session is not usable, and others are', async () => {
    const session = new JSONSession({ url: server.url, sessionId: 'closed' });
    await session.getItems();
    await session.close();

    await expect(session.getItems()).rejects.toMatchObject({ code: 'store_closed' });
    await expect(session.addItems([{ role: 'user', content: 'x' }])).rejects.toMatchObject({
      code: 'store_closed',
    });
    expect(await new JSONSession({ url: server.url, sessionId: 'closed' }).getItems()).toEqual([]);
  });
});

describe('closeStores', () => {
  test('ends all connections; sessions in use fail, and new ones work', async () => {
    const sessions = [server.url, `${server.url}/1`, 'sqlite::memory:'].map(
      (url) => new JSONSession({ url, sessionId: 'ended' }),
    );
    for (const session of sessions) await session.getItems();
    expect(await connectionsOf(server)).toHaveLength(2);

    await closeStores();

    await untilConnections(0);
    for (const session of sessions) {
      await expect(session.getItems()).rejects.toMatchObject({ code: 'store_closed' });
      await expect(session.trackAgent('Writer')).rejects.toMatchObject({ code: 'store_closed' });
    }
    const session = new JSONSession({ url: server.url, sessionId: 'ended' });
    expect(await session.getItems()).toEqual([]);
    // Giving back a share in a store that is gone leaves the new one alone.
    await Promise.all(sessions.map((each) => each.close()));
    expect(await session.getItems()).toEqual([]);
    await session.close();
  });

  test('waits for writes that were sent, and tells no write wrongly', async () => {
    const session = new JSONSession({ url: server.url, sessionId: 'in flight' });
    await session.create();
    for (let turns = 0; turns < 10; turns += 1) {
      const busy = new JSONSession({ url: server.url, sessionId: 'in flight' });
      await busy.getItems();
      const content = String(turns);
      const write = busy.addMessage({ role: 'user', content }).then(
        () => 'applied',
        (error: { code: string }) => error.code,
      );
      // The write gets a little further each time before the stores are closed.
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
      await closeStores();

      const outcome = await write;
      const later = new JSONSession({ url: server.url, sessionId: 'in flight' });
      const stored = (await later.getMessages()).some((message) => message.content === content);
      expect({ outcome, stored }).toEqual(
        stored ? { outcome: 'applied', stored } : { outcome: 'store_closed', stored },
      );
      await busy.close();
    }
  });

  test('waits for the answer of a server that is slow', async () => {
    const session = new JSONSession({ url: server.url, sessionId: 'slow', timeoutMs: 20_000 });
    await session.create();
    server.kill('SIGSTOP');
    const write = session.addMessage({ role: 'user', content: 'hello' });
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    const closing = closeStores();
    await expect(session.getItems()).rejects.toMatchObject({ code: 'store_closed' });
    server.kill('SIGCONT');

    expect(await write).toMatchObject({ content: 'hello' });
    await closing;
    await untilConnections(0);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
