/**
 * What the Redis store sends for each call.
 *
 * @module
 */
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import type { JSONSessionOptions } from '../../src/index.ts';
import { type RedisCommand, RedisStore } from '../../src/stores/redis/index.ts';
import { EVERY_WRITE } from '../../src/testing/every-call.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const keyPrefix = `sent-commands:${crypto.randomUUID()}:`;
const client = createClient({ url: sharedRedisUrl(), RESP: 2 });
client.on('error', () => {});

/** Every command that the store sent. */
let sent: RedisCommand[] = [];
const store = new RedisStore({
  send(command: RedisCommand): Promise<unknown> {
    sent.push(command);
    return client.sendCommand([...command.args]);
  },
});

let sessionId = '';
let key = '';

async function redis(...args: string[]): Promise<unknown> {
  return client.sendCommand(args);
}

function open(options: JSONSessionOptions = {}): JSONSession {
  return new JSONSession({ sessionId, keyPrefix, store, ...options });
}

beforeAll(async () => {
  await client.connect();
});

afterAll(() => client.destroy());

beforeEach(() => {
  sessionId = crypto.randomUUID();
  key = `${keyPrefix}${sessionId}`;
  sent = [];
});

afterEach(async () => {
  await redis('DEL', key);
});

describe('what is sent', () => {
  // What popItem takes must be known beforehand, so that a repeat of the command can be recognised;
  // once asks whether its job is done.
  const READS_FIRST = new Set(['popItem', 'once']);

  test.each(Object.entries(EVERY_WRITE))('%s is one script', async (name, write) => {
    const session = open({ ttl: 100 });
    await write(session);
    await session.addItems([{ role: 'user', content: 'Hello' }]);
    sent = [];
    await write(session);
    const writes = sent.filter(({ readOnly }) => !readOnly);
    expect(writes.map(({ args }) => [args[0], args[3]])).toEqual([['EVALSHA', key]]);
    expect(sent).toHaveLength(READS_FIRST.has(name) ? 2 : 1);
  });

  test('create, touch and delete are one script', async () => {
    for (const call of ['create', 'touch', 'delete', 'create', 'touch', 'delete'] as const) {
      sent = [];
      await open()[call]();
      const names = sent.map(({ args }) => args[0]);
      expect(names.at(-1)).toMatch(/^EVAL/);
      expect(names.filter((name) => name === 'EVALSHA')).toHaveLength(1);
    }
  });

  test('a read of the newest is one command, and a short history is one command', async () => {
    const session = open();
    await session.addItems(Array.from({ length: 200 }, () => ({ role: 'user', content: 'x' })));
    for (const read of [
      () => session.getItems(20),
      () => session.getItems(),
      () => session.getMessages({ limit: 20 }),
      () => session.getMetadata(),
    ]) {
      sent = [];
      await read();
      expect(sent).toHaveLength(1);
    }
  });

  test('no text of a caller becomes part of a path', async () => {
    const HOSTILE = [
      '$..*',
      "$.messages[?(@.role=='system')]",
      'x" || "a"=="a',
      "'); redis.call('FLUSHALL') --",
      '$.messages[-99999999999999999999:]',
    ];
    for (const text of HOSTILE) {
      const session = open({ userId: text });
      await session.addMessage({ role: 'user', content: text, agent: text });
      await session.trackAgent(text);
      await session.setAttributes({ [text]: { [text]: text } });
      await session.setAttributes({ [text]: null });
      await session.setHandoffContext({ [text]: text });
      await session.getMessages({ agent: text, limit: Number.MAX_SAFE_INTEGER });
      await session.getMessages({ since: text }).catch(() => {});
      await session.getItems(Number.MAX_SAFE_INTEGER);
      await session.getMetadata();
      await session.delete();
    }
    const paths = sent
      .filter(({ args }) => !args[0]?.startsWith('EVAL'))
      .flatMap(({ args }) => args.slice(2));
    for (const path of paths) {
      expect(path).toMatch(/^\$\.(?:[a-z_]+|messages\[(?:-?\d{1,10})?:(?:\d{1,10})?\])$/);
    }
    expect(await redis('PING')).toBe('PONG');
  });
});
