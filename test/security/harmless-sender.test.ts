/**
 * What is looked at in the commands of a store is seen when it is wrong.
 */
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession } from '../../src/index.ts';
import { parsedPath } from '../../src/query/parsed-path.ts';
import type { RedisCommand } from '../../src/stores/redis/clients/client.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { printedPath } from '../../src/stores/redis/reading/printed-path.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { harmlessSender } from './harmless-sender.ts';
import { isPrintedQuery } from './printed-query.ts';

/** What a caller could give as a text, to find more than was asked for. */
const INJECTIONS = [
  'x" || "a"=="a',
  'x"||@["role"]=="system',
  'x")||(@["role"]=="system',
  'x")]..["content',
  '\\',
  'x\u0000',
  '"',
];

describe('a path of a query', () => {
  test.each(INJECTIONS)('with the text %j as it is, is seen', (text) => {
    expect(isPrintedQuery(`$["messages"][?(@["content"]=="${text}")]`)).toBe(false);
    expect(isPrintedQuery(`$["messages"][?((@["a"])&&(@["content"]=="${text}"))]`)).toBe(false);
    expect(isPrintedQuery(`$["${text}"]`)).toBe(false);
    expect(isPrintedQuery(`$.attributes.${text}`)).toBe(false);
  });

  test.each([
    "$.messages[?@.content == 'it']",
    '$["messages"][?(@["content"]=~"a")]',
    '$["messages"][99999999999999999999]',
    '$["messages"][-99999999999999999999:]',
    '$["messages"][::-1]',
    '$["messages"][?((((@["a"]))))]',
    '$["messages"][?(C)]',
    '$[T]',
    '$["a"]["b"',
    '$["a"] ',
    `$${'["a"]'.repeat(17)}`,
    '',
  ])('%s is seen', (path) => {
    expect(isPrintedQuery(path)).toBe(false);
  });

  test.each([
    '$',
    "$['a','it\\'s'].*[0][-1][-3][1:][:-1][::2]..b",
    "$.m[?(@.a || @.b.c == 'C') && (1.5 < @.T || @.d >= -1 && @.e == null)].x",
    `$.m[?@.a == 'say "it"']`,
    '$.m[?@.a == \'(@["role"])\']',
  ])('that was printed from %s is none', (text) => {
    expect(isPrintedQuery(printedPath(parsedPath(text).segments))).toBe(true);
  });
});

describe('a store', () => {
  const client = createClient({ url: sharedRedisUrl() });
  const keyPrefix = ownPrefix();

  beforeAll(async () => {
    await client.connect();
  });
  afterAll(() => client.destroy());

  /** What is seen of a query whose path is put into the place of what would be sent. */
  async function seen(path: string, insert: string | null): Promise<string[]> {
    const problems: string[] = [];
    const sender = harmlessSender(client, { problems, isKey: (key) => key.startsWith(keyPrefix) });
    const last = ({ args }: RedisCommand) => [...args.slice(0, -1), insert ?? args.at(-1)!];
    const store = new RedisStore({
      ...sender,
      send: (command) =>
        sender.send(
          command.args.at(-1)?.startsWith('$[') === true
            ? { ...command, args: last(command) }
            : command,
        ),
    });
    const session = new JSONSession({ store, keyPrefix, sessionId: crypto.randomUUID(), ttl: 60 });
    await session.addMessage({ role: 'user', content: 'Hello' });
    await session.query(path);
    return problems;
  }

  test.each(['$.messages[-1:].role', '$.messages[*].role', "$.messages[?@.role == 'a']"])(
    'that sends a text of a caller in the place of %s is seen',
    async (path) => {
      expect(await seen(path, null)).toEqual([]);
      const text = '$["messages"][?(@["content"]=="x"||"a"=="a")]';
      expect(await seen(path, text)).toEqual([`the path ${text}`]);
    },
  );
});
