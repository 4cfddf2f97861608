/**
 * Ctrl-C in the middle of a command, while the server has not answered: every session is as it was before or
 * as it is after, and the same command goes on.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { createKeyring, type Keyring } from '../../src/encryption/index.ts';
import { closeStores, JSONSession } from '../../src/index.ts';
import * as scripts from '../../src/stores/redis/scripts.generated.ts';
import { assistantItem, userItem } from '../../src/testing/conversation.ts';
import { keyOf, testKeyring } from '../encryption/keyrings.ts';
import { ownPrefix, temporaryFolder } from '../processes/shared-stores.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { type CommandOptions, CommandProcess, jsonLines, runCommand } from './command-process.ts';
import { type HeldCommand, HoldingProxy } from './holding-proxy.ts';

const url = sharedRedisUrl();
const IDS = ['a', 'b', 'c', 'd', 'e'];
const TEXTS = ['1?', '1!', '2?', '2!', '3?', '3!'];
/** Of the third session, when some are done and some are not. */
const MIDDLE = 3;
const k1 = await testKeyring('k1');
const onlyK2 = await createKeyring({ current: 'k2', keys: { k2: keyOf(2) } });
const base64 = (byte: number): string => Buffer.from(keyOf(byte)).toString('base64');
const env = {
  JSON_SESSION_KEYS: JSON.stringify({ current: 'k2', keys: { k1: base64(1), k2: base64(2) } }),
};

beforeAll(async () => {
  // So that all are run by their digests.
  const client = await createClient({ url }).connect();
  const { remove, replace, restore, rewrite } = scripts;
  for (const { source } of [remove, replace, restore, rewrite]) await client.scriptLoad(source);
  client.destroy();
});
afterAll(closeStores);

describe.each(['before', 'behind'] as const)('%s the server has done it', (where) => {
  let keyPrefix: string;
  let prefix: string[];

  beforeEach(() => {
    keyPrefix = ownPrefix();
    prefix = ['--prefix', keyPrefix];
  });

  async function fill(encryption?: Keyring): Promise<void> {
    for (const sessionId of IDS) {
      const place = { url, keyPrefix, sessionId, userId: 'ada', encryption };
      await using session = new JSONSession(place);
      await session.addItems(
        TEXTS.map((text) => (text.endsWith('?') ? userItem(text) : assistantItem(text))),
      );
    }
  }

  /** What is said in each session, as texts, and '' for one that is not there. */
  async function said(
    options: { url?: string; keyPrefix?: string; encryption?: Keyring } = {},
  ): Promise<string[]> {
    return Promise.all(
      IDS.map(async (sessionId) => {
        await using session = new JSONSession({ url, keyPrefix, sessionId, ...options });
        return (await session.getMessages()).map(({ content }) => content).join('');
      }),
    );
  }

  /** Runs a command on a server that holds a command, and stops it there. */
  async function stopped(
    args: (proxyUrl: string) => readonly string[],
    text: string,
    options?: CommandOptions,
  ): Promise<void> {
    const held: HeldCommand = { text, count: MIDDLE, where };
    const proxy = await HoldingProxy.start(url, held);
    const running = new CommandProcess([...prefix, ...args(proxy.url)], options);
    await Promise.race([proxy.held, running.end]);
    running.signal();
    expect(await running.end).toMatchObject({ code: 130, errors: '' });
  }

  function expectSome(states: readonly string[], before: string, after: string): void {
    expect([...new Set(states)].toSorted()).toEqual([before, after].toSorted());
  }

  const ALL = TEXTS.join('');

  test('delete-user', async () => {
    await fill();
    const args = (at: string): string[] => ['--url', at, 'delete-user', 'ada', '--yes'];
    await stopped(args, scripts.remove.sha1);
    expectSome(await said(), ALL, '');
    const rest = await runCommand([...prefix, ...args(url)]);
    expect(rest).toMatchObject({ code: 0, errors: '' });
    expect(await said()).toEqual(IDS.map(() => ''));
  });

  test('trim', async () => {
    await fill();
    const args = (at: string): string[] => ['--url', at, 'trim', '--max-messages', '2', '--yes'];
    await stopped(args, scripts.rewrite.sha1);
    expectSome(await said(), ALL, '3?3!');
    const rest = await runCommand([...prefix, ...args(url)]);
    expect(rest).toMatchObject({ code: 0, errors: '' });
    expect(await said()).toEqual(IDS.map(() => '3?3!'));
  });

  test('rewrap', async () => {
    await fill(k1);
    const args = (at: string): string[] => ['--url', at, 'rewrap', '--yes'];
    await stopped(args, scripts.replace.sha1, { env });
    expect(await said({ encryption: await testKeyring('k2') })).toEqual(IDS.map(() => ALL));
    const rest = await runCommand([...prefix, ...args(url)], { env });
    expect(rest).toMatchObject({ code: 0, errors: '' });
    const [{ changed }] = jsonLines(rest.output) as [{ changed: number }];
    expect(changed).toBe(where === 'before' ? MIDDLE : MIDDLE - 1);
    expect(await said({ encryption: onlyK2 })).toEqual(IDS.map(() => ALL));
  });

  test('copy', async () => {
    await fill();
    const to = `to-${keyPrefix}`;
    const args = (at: string): string[] => ['copy', url, at, '--to-prefix', to];
    await stopped(args, scripts.restore.sha1);
    expectSome(await said({ keyPrefix: to }), '', ALL);
    const rest = await runCommand([...prefix, ...args(url), '--no-json']);
    expect(rest).toMatchObject({ code: 0, errors: '' });
    expect(rest.output).toBe(
      where === 'before' ? '3 copied, 2 there before\n' : '2 copied, 3 there before\n',
    );
    expect(await said({ keyPrefix: to })).toEqual(IDS.map(() => ALL));
  });

  test('export', async () => {
    await fill();
    const file = join(temporaryFolder(), `${where}.jsonl`);
    const args = (at: string): string[] => ['--url', at, 'export', '-o', file, '--resume'];
    await stopped(args, '$.messages[');
    const lines = readFileSync(file, 'utf8');
    expect(jsonLines(lines)).toHaveLength(MIDDLE - 1);
    expect(lines.endsWith('\n')).toBe(true);
    const rest = await runCommand([...prefix, ...args(url)]);
    expect(rest).toMatchObject({ code: 0, output: '' });
    expect(jsonLines(readFileSync(file, 'utf8'))).toHaveLength(IDS.length);
    const target = `sqlite:${join(temporaryFolder(), 'imported.db')}`;
    const imported = await runCommand([...prefix, '--url', target, 'import', file]);
    expect(imported.code).toBe(0);
    expect(await said({ url: target })).toEqual(IDS.map(() => ALL));
  });
});
