/**
 * Commands that a client could not send before their call gave up.
 *
 * @module
 */
import { createClientPool } from 'redis';
import { expect, onTestFinished, test } from 'vitest';

import { JSONSession, SessionError } from '../../../src/index.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { startRedis } from '../../servers/redis-server.ts';

test('are not sent once the server is back', async () => {
  const server = await startRedis({ modules: 'json' });
  onTestFinished(() => server.stop());
  const pool = createClientPool({ url: server.url }, { minimum: 1, maximum: 1 });
  pool.on('error', () => {});
  await pool.connect();
  onTestFinished(() => pool.destroy());
  const session = new JSONSession({ sessionId: 's', store: new RedisStore(pool), keyPrefix: 'k:' });

  server.kill('SIGKILL');
  const given = session.addItems([{ role: 'user', content: 'Hello' }], undefined, {
    timeoutMs: 300,
  });
  await expect(given).rejects.toThrow(SessionError);
  await server.restart();

  // Behind all that the pool's one client still had to send.
  await expect.poll(() => pool.sendCommand(['PING']).catch(() => null)).toBe('PONG');
  expect(await server.cli('INFO', 'commandstats')).not.toContain('evalsha');
});
