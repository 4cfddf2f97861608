/**
 * Moving and trimming sessions with the command.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createKeyring } from '../../src/encryption/index.ts';
import { closeStores, JSONSession } from '../../src/index.ts';
import { ownPrefix, SHARED_STORES, temporaryFolder } from '../processes/shared-stores.ts';
import { CommandProcess, jsonLines, runCommand } from './command-process.ts';

afterAll(closeStores);

describe.each(SHARED_STORES)('from %s', (_, urlOf) => {
  const keyPrefix = ownPrefix();
  const prefix = ['--prefix', keyPrefix];
  let url: string;
  let place: readonly string[];
  let folder: string;

  beforeAll(async () => {
    url = urlOf();
    place = ['--url', url, ...prefix];
    folder = temporaryFolder();
    for (const [id, userId] of [
      ['a', 'ada'],
      ['b', 'ada'],
      ['c', 'bob'],
    ] as const) {
      const session = await JSONSession.create({ sessionId: id, userId, url, keyPrefix, ttl: 900 });
      for (let turn = 0; turn < 5; turn += 1) {
        await session.addMessage({ role: 'user', content: `${id} ${turn}?` });
        await session.addMessage({ role: 'assistant', content: `${id} ${turn}!` });
      }
    }
  });

  async function contents(at: string, id: string): Promise<string[]> {
    await using session = await JSONSession.load(id, { url: at, keyPrefix });
    return (await session.getMessages()).map(({ content }) => content);
  }

  test('export and import carry sessions to another store, once', async () => {
    const file = join(folder, 'ada.jsonl');
    const target = `sqlite:${join(folder, 'imported.db')}`;
    const done = await runCommand([...place, 'export', '--user', 'ada', '-o', file]);
    expect(done).toMatchObject({ code: 0, output: '' });
    expect(done.errors).toContain('2 sessions written');
    const first = await runCommand(['--url', target, ...prefix, 'import', file]);
    expect(first.code).toBe(0);
    expect(jsonLines(first.output)).toHaveLength(2);
    expect(await contents(target, 'a')).toEqual(await contents(url, 'a'));
    const again = await runCommand(['--url', target, ...prefix, 'import', file, '--no-json']);
    expect(again).toMatchObject({ code: 0, output: '0 imported, 2 there before\n' });
    expect((await runCommand([...place, 'export', 'a', '-o', file])).code).toBe(2);
  });

  test('an export that was stopped goes on behind its last whole line', async () => {
    const file = join(folder, 'stopped.jsonl');
    const { output } = await runCommand([...place, 'export', 'a', 'b', 'c']);
    const [one = '', two = ''] = output.split('\n');
    for (const cut of [two.slice(0, 100), two]) {
      writeFileSync(file, `${one}\n${cut}`);
      const resumed = await runCommand([...place, 'export', '-o', file, '--resume']);
      expect(resumed.code).toBe(0);
      const ids = jsonLines(readFileSync(file, 'utf8')).map(
        (line) => (line as { document: { session_id: string } }).document.session_id,
      );
      expect(ids.toSorted()).toEqual(['a', 'b', 'c']);
    }
  });

  test.each([
    ['import of a file that is not there', ['import', 'LOST'], /file: is not there/u],
    ['import of a folder', ['import', '.'], /file: is a folder/u],
    ['import from below a file', ['import', 'FILE/x'], /file: is not there/u],
    ['export to a folder that is not there', ['export', '-o', 'LOST/x'], /output: is in a folder/u],
    [
      'export that goes on with a folder',
      ['export', '--resume', '-o', '.'],
      /output: is a folder/u,
    ],
  ])('%s is a wrong argument', async (_title, args, said) => {
    const plain = join(folder, 'plain');
    writeFileSync(plain, '');
    const words = args.map((word) =>
      word.replace('LOST', join(folder, 'lost')).replace('FILE', plain),
    );
    const { code, output, errors } = await runCommand([...place, ...words]);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(said);
    expect(errors.split('\n')).toHaveLength(2);
  });

  test('import says what is wrong with a line, and replaces nothing by itself', async () => {
    const target = `sqlite:${join(folder, 'refused.db')}`;
    const into = ['--url', target, ...prefix, 'import'];
    const file = join(folder, 'refused.jsonl');
    const { output } = await runCommand([...place, 'export', 'a']);
    writeFileSync(file, output.replace('a 0?', 'a 9?'));
    const changed = await runCommand([...into, file]);
    expect(changed).toMatchObject({ code: 2, output: '' });
    expect(changed.errors).toMatch(/line 1/u);

    const other = await JSONSession.create({ sessionId: 'a', url: target, keyPrefix });
    await other.addMessage({ role: 'user', content: 'of somebody else' });
    writeFileSync(file, output);
    expect((await runCommand([...into, file])).code).toBe(5);
    expect((await runCommand([...into, file, '--overwrite'])).code).toBe(6);
    expect(await contents(target, 'a')).toEqual(['of somebody else']);
    const replaced = await runCommand([...into, file, '--overwrite', '--yes']);
    expect(jsonLines(replaced.output)).toMatchObject([{ sessionId: 'a', status: 'replaced' }]);
    expect(await contents(target, 'a')).toEqual(await contents(url, 'a'));
  });

  test('copy takes all that match to another store, with a bar on a terminal', async () => {
    const target = `sqlite:${join(folder, 'copied.db')}`;
    const args = [...prefix, 'copy', url, target];
    const shown = await runCommand(args, { isTerminal: true });
    expect(shown.code).toBe(0);
    expect(shown.output).toContain('3 of 3 sessions');
    expect(shown.output).toContain('3 copied, 0 there before');
    for (const id of ['a', 'b', 'c']) {
      expect(await contents(target, id)).toEqual(await contents(url, id));
    }
    const again = await runCommand([...args, 'a', 'b', '--no-json']);
    expect(again).toEqual({ code: 0, output: '0 copied, 2 there before\n', errors: '' });
    const back = [...prefix, 'copy', target, url, '--to-prefix', `back-${keyPrefix}`];
    expect((await runCommand([...back, 'c', '--no-json'])).output).toContain('1 copied');
  });

  test('copy and export pass over a session that they cannot read, and say so', async () => {
    const own = ownPrefix();
    const keyring = await createKeyring({ current: 'k1', keys: { k1: new Uint8Array(32) } });
    for (const [sessionId, encryption] of Object.entries({ plain: null, sealed: keyring })) {
      const options = { sessionId, url, keyPrefix: own, ttl: 900 };
      await using session = await JSONSession.create({
        ...options,
        ...(encryption !== null && { encryption }),
      });
      await session.addMessage({ role: 'user', content: 'Hello' });
    }
    const target = `sqlite:${join(folder, 'readable.db')}`;
    const args = ['--prefix', own, '--no-json', 'copy', url, target];
    const { code, output, errors } = await runCommand([...args, 'sealed', 'plain']);
    expect({ code, output }).toEqual({ code: 1, output: '1 copied, 0 there before, 1 refused\n' });
    expect(errors).toMatch(/session sealed: no keyring/u);
    const exported = await runCommand(['--url', url, '--prefix', own, 'export']);
    expect(exported).toMatchObject({ code: 1, errors: expect.stringMatching(/session sealed/u) });
    expect(jsonLines(exported.output)).toMatchObject([{ document: { session_id: 'plain' } }]);
  });

  test('trim says how much, and removes whole turns with --yes', async () => {
    const args = [...place, 'trim', '--max-messages', '5', '--user', 'bob'];
    const dry = await runCommand(args);
    expect(dry.code).toBe(6);
    const report = { found: 1, trimmed: 1, removed: 6, failed: [] };
    expect(jsonLines(dry.output)).toEqual([report]);
    expect(await contents(url, 'c')).toHaveLength(10);
    const wet = await runCommand([...args, '--yes']);
    expect(wet.code).toBe(0);
    expect(jsonLines(wet.output)).toEqual([report]);
    expect(await contents(url, 'c')).toEqual(['c 3?', 'c 3!', 'c 4?', 'c 4!']);
    const named = await runCommand([...place, 'trim', 'c', '--max-age', '1d', '--no-json']);
    expect(named.output).toBe('0 messages of 0 sessions would be removed, of 1 looked at\n');
    expect((await runCommand([...place, 'trim', 'c', '--yes'])).code).toBe(2);
  });

  test('Ctrl-C while lines are read ends an import', async () => {
    const target = `sqlite:${join(folder, 'ended.db')}`;
    const line = (await runCommand([...place, 'export', 'a'])).output;
    const running = new CommandProcess(['--url', target, ...prefix, 'import']);
    running.type(line);
    await running.until('"sessionId":"a"');
    running.signal();
    expect(await running.end).toMatchObject({ code: 130, errors: '' });
    expect(await contents(target, 'a')).toHaveLength(10);
  });
});
