/**
 * Changing the keys of sessions with the command.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createKeyring } from '../../src/encryption/index.ts';
import { closeStores, JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { keyOf, testKeyring } from '../encryption/keyrings.ts';
import { ownPrefix, SHARED_STORES, temporaryFolder } from '../processes/shared-stores.ts';
import { type CommandEnd, CommandProcess, jsonLines, runCommand } from './command-process.ts';

afterAll(closeStores);

const k1 = await testKeyring('k1');
const onlyK2 = await createKeyring({ current: 'k2', keys: { k2: keyOf(2) } });
const base64 = (byte: number): string => Buffer.from(keyOf(byte)).toString('base64');
const KEYS = { current: 'k2', keys: { k1: base64(1), k2: base64(2) } };
const ENV = { JSON_SESSION_KEYS: JSON.stringify(KEYS) };

describe.each(SHARED_STORES)('in %s', (_, urlOf) => {
  let url: string;
  let folder: string;

  beforeAll(() => {
    url = urlOf();
    folder = temporaryFolder();
  });

  /** Sessions beside no others, and the command on them. */
  function scene(): {
    say: (id: string, texts: readonly string[], options: JSONSessionOptions) => Promise<void>;
    read: (id: string, options: JSONSessionOptions) => Promise<string[]>;
    rewrap: (args: readonly string[], env?: Record<string, string>) => Promise<CommandEnd>;
    place: string[];
  } {
    const keyPrefix = ownPrefix();
    const place = ['--url', url, '--prefix', keyPrefix];
    return {
      place,
      say: async (sessionId, texts, options) => {
        await using session = new JSONSession({ url, keyPrefix, sessionId, ...options });
        await session.addItems(texts.map((content) => ({ role: 'user', content })));
      },
      read: async (sessionId, options) => {
        await using session = new JSONSession({ url, keyPrefix, sessionId, ...options });
        return (await session.getMessages()).map(({ content }) => content);
      },
      rewrap: async (args, env = ENV) => runCommand([...place, 'rewrap', ...args], { env }),
    };
  }

  test('it says how much, and needs the old key no more after --yes', async () => {
    const { say, read, rewrap } = scene();
    await say('a', ['Weather?', 'Thanks'], { encryption: k1, userId: 'ada' });
    await say('b', ['Hi'], { encryption: k1, userId: 'bob' });
    const report = { found: 2, changed: 2, rewrapped: 3, failed: [] };
    const dry = await rewrap([]);
    expect(dry).toMatchObject({ code: 6 });
    expect(dry.errors).toContain('Add --yes');
    expect(jsonLines(dry.output)).toEqual([report]);
    await expect(read('a', { encryption: onlyK2 })).rejects.toMatchObject({ keyId: 'k1' });

    const ofAda = await rewrap(['--user', 'ada', '--yes', '--no-json']);
    expect(ofAda).toMatchObject({ code: 0, errors: '' });
    expect(ofAda.output).toBe(
      '2 messages of 1 sessions encrypted with the current key, of 1 looked at\n',
    );
    expect(await read('a', { encryption: onlyK2 })).toEqual(['Weather?', 'Thanks']);
    await expect(read('b', { encryption: onlyK2 })).rejects.toMatchObject({ keyId: 'k1' });
    expect((await rewrap(['b', '--yes'])).code).toBe(0);
    expect(await read('b', { encryption: onlyK2 })).toEqual(['Hi']);
    const again = await rewrap(['--yes']);
    expect(jsonLines(again.output)).toEqual([{ ...report, changed: 0, rewrapped: 0 }]);
    expect((await rewrap(['nobody', '--yes'])).code).toBe(3);
  });

  test('plain sessions are named as not encrypted, until it is told to migrate', async () => {
    const { say, read, rewrap, place } = scene();
    await say('plain', ['Hello'], {});
    await say('other', ['Hi'], { encryption: await testKeyring('k3') });
    const refused = await rewrap(['--yes']);
    expect(refused.code).toBe(1);
    const [report] = jsonLines(refused.output) as [{ failed: { sessionId: string }[] }];
    const code = 'decryption_failed';
    expect(report.failed.toSorted((one, two) => (one.sessionId < two.sessionId ? -1 : 1))).toEqual([
      { sessionId: 'other', code, problem: 'unknown_key' },
      { sessionId: 'plain', code, problem: 'not_encrypted' },
    ]);
    expect(await read('plain', {})).toEqual(['Hello']);
    const migrated = await rewrap(['plain', '--migrating', '--yes', '--no-json']);
    expect(migrated).toMatchObject({ code: 0 });
    expect(await read('plain', { encryption: onlyK2 })).toEqual(['Hello']);
    for (const words of [
      ['query', 'plain', '$.messages[*].content'],
      ['show', 'plain'],
    ]) {
      const blind = await runCommand([...place, ...words]);
      expect(blind).toMatchObject({ code: 1, output: '' });
      expect(blind.errors).toContain('(decryption_failed)');
    }
    await expect(read('plain', {})).rejects.toMatchObject({ problem: 'no_keyring' });
  });

  test('keys come from a file or the environment, and are shown nowhere', async () => {
    const { say, rewrap } = scene();
    await say('a', ['Hi'], { encryption: k1 });
    const file = join(folder, 'keys.json');
    writeFileSync(file, JSON.stringify(KEYS), { mode: 0o600 });
    const none = { JSON_SESSION_KEYS: '' };
    const wrong: [args: string[], env: Record<string, string>, said: RegExp][] = [
      [[], none, /--keys.*JSON_SESSION_KEYS/u],
      [['--keys', join(folder, 'other.json')], ENV, /cannot be read/u],
      [[], { JSON_SESSION_KEYS: `${ENV.JSON_SESSION_KEYS}}` }, /must be JSON/u],
      [[], { JSON_SESSION_KEYS: JSON.stringify({ ...KEYS, current: 'k9' }) }, /current/u],
      [
        [],
        { JSON_SESSION_KEYS: JSON.stringify({ current: 'k2', keys: { k2: base64(2).slice(4) } }) },
        /keys\.k2: must be 32 bytes/u,
      ],
    ];
    for (const [args, env, said] of wrong) {
      const { code, output, errors } = await rewrap([...args, '--yes'], env);
      expect([code, output]).toEqual([2, '']);
      expect(errors).toMatch(said);
      expect(errors).not.toContain(base64(2).slice(4, 20));
    }
    const done = await rewrap(['--keys', file, '--yes'], none);
    expect(done.code).toBe(0);
    expect(jsonLines(done.output)).toMatchObject([{ rewrapped: 1 }]);
  });

  test('Ctrl-C leaves every session readable, and it goes on when it is called again', async () => {
    const { say, read, rewrap, place } = scene();
    const ids = Array.from({ length: 150 }, (_entry, index) => `chat-${index}`);
    for (const id of ids) await say(id, [id], { encryption: k1 });
    const args = [...place, 'rewrap', '--yes'];
    const running = new CommandProcess(args, { env: ENV, isTerminal: true });
    await running.until('of 150 sessions');
    running.type('\u0003');
    expect((await running.end).code).toBe(130);
    const both = { encryption: await testKeyring('k2') };
    for (const id of ids) expect(await read(id, both)).toEqual([id]);
    const rest = await rewrap(['--yes']);
    expect(rest.code).toBe(0);
    const [{ rewrapped }] = jsonLines(rest.output) as [{ rewrapped: number }];
    expect(rewrapped).toBeGreaterThan(0);
    expect(rewrapped).toBeLessThan(150);
    for (const id of ids) expect(await read(id, { encryption: onlyK2 })).toEqual([id]);
  });
});
