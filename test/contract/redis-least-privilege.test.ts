/**
 * The contract of a session store, over a Redis user who may do just what the store needs, and on a
 * server without `JSON.MERGE`, as Valkey is one: the rights of the user leave it out.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisStore } from '../../src/stores/redis/index.ts';
import { readRedisDocument, writeRedisDocument } from '../document/redis-documents.ts';
import { checkDocument } from '../document/schema-check.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { runContract } from './run-contract.ts';

const COMMANDS = [
  'json.get',
  'json.set',
  'json.type',
  'json.arrappend',
  'json.arrlen',
  'json.arrtrim',
  'json.del',
  'json.objlen',
  'evalsha',
  'eval',
  'type',
  'time',
  'expire',
  'unlink',
  'rename',
  'pttl',
];

const PREFIX = 'contract:';

describe('a user with the fewest rights, without JSON.MERGE', () => {
  let server: RedisServer;
  let url = '';
  let admin: ReturnType<typeof createClient>;

  beforeAll(async () => {
    server = await startRedis({ modules: 'json' });
    const rights = COMMANDS.map((command) => `+${command}`);
    const keys = [`~${PREFIX}*`, `~trash:${PREFIX}*`];
    const user = ['app', 'on', '>secret', 'resetchannels', '-@all', ...keys, ...rights];
    await server.cli('ACL', 'SETUSER', ...user);
    const address = new URL(server.url);
    address.username = 'app';
    address.password = 'secret';
    url = address.href;
    admin = createClient({ url: server.url });
    admin.on('error', () => {});
    await admin.connect();
  });

  afterAll(async () => {
    admin.destroy();
    await server.stop();
  });

  it('has no JSON.MERGE', async () => {
    const client = createClient({ url, disableClientInfo: true });
    client.on('error', () => {});
    await client.connect();
    const merge = client.sendCommand(['JSON.MERGE', `${PREFIX}x`, '$', '{}']);
    await expect(merge).rejects.toThrow(/NOPERM/);
    client.destroy();
  });

  runContract({
    open: () => RedisStore.open(url),
    readDocument: async (key) => readRedisDocument(admin, key),
    writeDocument: async (key, document) => writeRedisDocument(admin, key, document),
    checkDocument,
  });
});
