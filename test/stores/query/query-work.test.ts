/**
 * What of a query the server works on: little, whatever the path and however long the session.
 */
import type { AgentInputItem } from '@openai/agents-core';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession } from '../../../src/index.ts';
import { parsedPath } from '../../../src/query/parsed-path.ts';
import { type RedisCommand, toSender } from '../../../src/stores/redis/clients/client.ts';
import { RedisStore } from '../../../src/stores/redis/index.ts';
import { printedPath } from '../../../src/stores/redis/reading/printed-path.ts';
import { queryWork } from '../../../src/stores/redis/reading/query-work.ts';
import { others } from '../../../src/stores/redis/scripts.generated.ts';
import { ownPrefix } from '../../processes/shared-stores.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

/** Many questions of each value. */
const QUESTIONS = Array.from({ length: 15 }, (_, index) => `@.content == '${index}'`).join(' || ');

describe('the work on a path', () => {
  test.each([
    '$.user_id',
    "$['user_id', 'attributes']",
    '$.attributes[*].a[0]',
    '$.messages[0]',
    '$.messages[-1].item',
    '$.messages[-250:].role',
    '$.messages[10:260]',
    '$.messages[:250:2]',
    '$.messages[-20:-10]',
  ])('%s is that on a page', (path) => {
    expect(queryWork(parsedPath(path).segments)).toEqual({ kind: 'page' });
  });

  test.each([
    ['$', 1],
    ['$[*]', 1],
    ['$.messages', 1],
    ['$.messages[*].role', 1],
    ["$['messages', 'user_id']", 2],
    ["$['user_id', 'messages'][0]", 2],
    ['$.messages[:].role', 1],
    ['$.messages[-251:]', 1],
    ['$.messages[0:251]', 1],
    ['$.messages[-5:5]', 1],
    ['$.messages[1:-1]', 1],
    ['$.messages[5:]', 1],
    ["$.messages[?@.role == 'user']", 3],
    ["$.messages[?@.a && @.b || @.c == 1]['a', 'b']", 8],
    ['$.attributes[?@.a]', 3],
    ['$..a', 16],
    [`$..[?${QUESTIONS}]`, 31 * 16],
  ])('%s grows with the document', (path, factor) => {
    const mostBytes = Math.floor((512 * 1024) / factor);
    expect(queryWork(parsedPath(path).segments)).toEqual({ kind: 'growing', mostBytes });
  });

  test.each([
    "$[' a']",
    "$[?@['a ']]",
    "$[?@.a == ' a']",
    '$[?@.a <= true]',
    '$[?@.a > null]',
    `$[?@.a == "'\\""]`,
    `$[?@.a == '\\\\"']`,
  ])('%s is none, as it would be misread', (path) => {
    expect(queryWork(parsedPath(path).segments)).toEqual({ kind: 'misread' });
  });
});

describe('a server', () => {
  const client = createClient({ url: sharedRedisUrl() });
  const keyPrefix = ownPrefix();
  let paths: string[] = [];
  let store: RedisStore;

  beforeAll(async () => {
    await client.connect();
    const sender = toSender(client);
    store = new RedisStore({
      send: async (command) => {
        paths.push(pathOf(command));
        return sender.send(command);
      },
    });
  });

  afterAll(() => client.destroy());

  /** What is asked for, as the last of a command. */
  function pathOf({ args }: RedisCommand): string {
    return args[0] === 'EVALSHA' && args[1] === others.sha1 ? 'others' : (args.at(-1) ?? '');
  }

  async function sessionOf(messages: number, content: string): Promise<JSONSession> {
    const session = await JSONSession.create({ store, keyPrefix, ttl: 60 });
    const items = Array.from({ length: messages }, (): AgentInputItem => ({
      role: 'user',
      content,
    }));
    await session.addItems(items);
    // Sends the source of the script.
    await session.query('$[*].nothing');
    paths = [];
    return session;
  }

  test('works on the path of a short session', async () => {
    const session = await sessionOf(20, 'short');
    expect(await session.query("$.messages[?@.content == 'short'].role")).toHaveLength(20);
    expect(paths).toEqual(['$["messages"][?(@["content"]=="short")]["role"]']);
  });

  test.each([
    ['many messages', 1001, 'm', '$.messages[*].role'],
    ['large messages', 20, 'l'.repeat(50_000), '$.messages[*].role'],
    ['many questions', 300, 'q', `$.messages[?${QUESTIONS} || @.role].role`],
    ['all that is below', 100, 'b', '$.messages..agent'],
  ])('gives pages alone of %s', async (_, count, content, path) => {
    const session = await sessionOf(count, content);
    const field = path.endsWith('agent') ? null : 'user';
    expect(await session.query(path)).toEqual(Array.from({ length: count }, () => field));
    const [first, ...rest] = paths;
    expect(first).toBe(printedPath(parsedPath(path).segments));
    expect(rest.length).toBeGreaterThan(1);
    for (const each of rest) expect(each).toMatch(/^\$\.messages\[\d+:\d+\]$|^others$/u);
  });

  test('gives a few of many messages by their path', async () => {
    const session = await sessionOf(1001, 'm');
    expect(await session.query('$.messages[-2:].role')).toEqual(['user', 'user']);
    expect(paths).toEqual(['$["messages"][-2:]["role"]']);
  });
});
