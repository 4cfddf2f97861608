/**
 * Hostile values for every public parameter, on every store, against a server of their own: each call
 * keeps the value exactly or fails with an error that names the field and changes nothing; the server
 * stays up, and so does everything else in it.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { UserError } from '@openai/agents-core';
import { createClient } from 'redis';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession, type JSONSessionOptions, SessionError } from '../../src/index.ts';
import { checkDocument } from '../document/schema-check.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { EVERY_STORE, type OpenStore } from './every-store.ts';
import { harmlessSender } from './harmless-sender.ts';
import { HOSTILE_VALUES, HostileError } from './hostile-values.ts';
import { type Parameter, PARAMETERS, type Untyped } from './parameters.ts';

const OPTION_NAMES = optionNames();
/** Checked before a call, or only when one is opened or closed by URL. */
const STORELESS = new Set(['url', 'store']);

/** The beginnings of the ids of sessions that must stay as they are. */
const OTHERS = ['others:', '*', '__proto__', '{a}b', '$.'];

let server: RedisServer;
/** What became of each value, which must be the same on every store. */
const seenBefore = new Map<string, string>();

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

/** The options of a session, from their interface: a new one is tried without being told. */
function optionNames(): string[] {
  const path = new URL('../../src/session/opening/session-options.ts', import.meta.url);
  const text = readFileSync(path, 'utf8');
  const file = ts.createSourceFile('options.ts', text, ts.ScriptTarget.Latest, true);
  return file.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => name.text === 'JSONSessionOptions')
    .flatMap(({ members }) => members.map((member) => member.name?.getText() ?? ''));
}

/** A call's end in one line: fulfilled, or which error. */
async function endOf(
  call: () => Promise<unknown>,
): Promise<{ end: string; error?: unknown; value?: unknown }> {
  try {
    return { end: 'fulfilled', value: await call() };
  } catch (error) {
    if (error instanceof SessionError) {
      const { field = '' } = error as { field?: string };
      return { end: `${error.code} ${field}`, error };
    }
    if (error instanceof UserError) return { end: 'UserError', error };
    // What a value itself throws belongs to the caller.
    const isOwn = error instanceof HostileError || /revoked/u.test((error as Error).message);
    return { end: isOwn ? 'thrown by the value' : `untyped: ${String(error)}`, error };
  }
}

function isGoodEnd(end: string, { fields, name = '' }: Partial<Parameter>): boolean {
  if (end === 'fulfilled' || end === 'thrown by the value') return true;
  // As the contract of the SDK has it.
  if (end === 'UserError') return name.startsWith('applyHistoryTransaction');
  const [code, field = ''] = end.split(' ');
  return (
    (code === 'invalid_input' || code === 'item_too_large') &&
    (fields ?? []).some((each) => field.startsWith(each))
  );
}

describe.each(EVERY_STORE)('%s', (storeName, openStore) => {
  let open: OpenStore;
  const problems: string[] = [];
  const used = new Set<string>();
  const prefix = ownPrefix();
  let before: { runId: string; others: unknown };

  beforeAll(async () => {
    used.add('session:options');
    const isKey = (key: string): boolean => used.has(key) || key.startsWith(prefix);
    open = await openStore(server.url, (client) => harmlessSender(client, { problems, isKey }));
    const { store } = open;
    for (const other of OTHERS) {
      const keyPrefix = `${prefix}${other}`;
      const session = new JSONSession({ store, keyPrefix, sessionId: 'chat', userId: 'other' });
      await session.addMessage({ role: 'user', content: 'Leave me alone' });
    }
    before = { runId: await runId(), others: await others() };
  });

  afterAll(() => open.end());

  async function runId(): Promise<string> {
    const info = await server.cli('INFO', 'server');
    return /^run_id:(.+)\r$/mu.exec(info)?.[1] ?? '';
  }

  /** The sessions that no call has anything to do with. */
  async function others(): Promise<unknown> {
    return Promise.all(OTHERS.map((keyPrefix) => open.readDocument(`${prefix}${keyPrefix}chat`)));
  }

  async function documentOf(key: string): Promise<SessionDocument | null> {
    return (await open.readDocument(key)) as SessionDocument | null;
  }

  function note(what: string, problem: string): void {
    problems.push(`${what}: ${problem}`);
  }

  function compareStores(what: string, end: string): void {
    const known = seenBefore.get(what) ?? end;
    seenBefore.set(what, known);
    if (known !== end) note(what, `${storeName} ends with ${end}, another store with ${known}`);
  }

  test.each(PARAMETERS)('$name', async (parameter) => {
    const sessionId = `s-${parameter.name}`;
    const key = `${prefix}${sessionId}`;
    const session = new JSONSession({ store: open.store, keyPrefix: prefix, sessionId });
    await session.addMessage({ role: 'user', content: 'Hello' });
    for (const [name, make] of HOSTILE_VALUES) {
      const what = `${parameter.name} = ${name}`;
      const value = make();
      await parameter.prepare?.(session as unknown as Untyped);
      const document = await documentOf(key);
      const { end } = await endOf(() => parameter.call(session as unknown as Untyped, value));
      if (!isGoodEnd(end, parameter)) note(what, end);
      const after = await documentOf(key);
      if (after === null) throw new Error(`${what}: the session is gone`);
      if (end === 'fulfilled') {
        checkDocument(after);
        try {
          parameter.check?.(after, value);
        } catch (error) {
          note(what, `was not kept: ${(error as Error).message}`);
        }
      } else if (JSON.stringify(after) !== JSON.stringify(document)) {
        note(what, `changed the document and ended with ${end}`);
      }
      compareStores(what, end);
    }
    await session.delete();
    expect(problems.splice(0)).toEqual([]);
  });

  function addressOf({ keyPrefix = '', sessionId = '' }: JSONSessionOptions): string {
    return `${keyPrefix}${sessionId}`;
  }

  async function tryOption(option: string, name: string, value: unknown): Promise<void> {
    const what = `option ${option} = ${name}`;
    const place = { keyPrefix: prefix, sessionId: 'options', userId: 'user' };
    const given = { store: open.store, ...place, [option]: value };
    const options = given as unknown as JSONSessionOptions;
    const address = addressOf({ ...place, ...(typeof value === 'string' && { [option]: value }) });
    used.add(address);
    if (option === 'url') delete options.store;
    const { end, value: session } = await endOf(async () => {
      const made = new JSONSession(options);
      if (option === 'url') await made.getItems();
      else await made.addMessage({ role: 'user', content: 'Hello' });
      return made;
    });
    if (!isGoodEnd(end, { fields: [option] })) note(what, end);
    if (session instanceof JSONSession && !STORELESS.has(option)) {
      // Null for the prefix is as good as left out.
      const document = await documentOf(value === null ? 'session:options' : address);
      const stored = { sessionId: document?.session_id, userId: document?.user_id };
      if (typeof value === 'string' && option in stored) {
        expect(stored).toMatchObject({ [option]: value });
      }
      await session.delete();
    } else if ((await documentOf(address)) !== null) {
      note(what, `left a document and ended with ${end}`);
    }
    compareStores(what, end);
  }

  test.each(OPTION_NAMES)('the option %s', async (option) => {
    for (const [name, make] of HOSTILE_VALUES) await tryOption(option, name, make());
    expect(problems.splice(0)).toEqual([]);
  });

  test('options as a whole', async () => {
    for (const [name, make] of HOSTILE_VALUES) {
      const what = `options = ${name}`;
      const value = make();
      const { end } = await endOf(async () => {
        const made = new JSONSession(value as JSONSessionOptions);
        await made.close();
      });
      const fields = ['options', ...OPTION_NAMES];
      if (!isGoodEnd(end, { fields })) note(what, end);
    }
    expect(problems.splice(0)).toEqual([]);
  });

  test('a session is loaded by its very id', async () => {
    const { store } = open;
    for (const [name, make] of HOSTILE_VALUES) {
      const id = make() as string;
      if (typeof id === 'string') used.add(`${prefix}${id}`);
      const { end } = await endOf(() => JSONSession.load(id, { store, keyPrefix: prefix }));
      const isNone = end === 'session_not_found ' && typeof id === 'string';
      if (!isNone && !isGoodEnd(end, { fields: ['sessionId'] })) note(name, end);
      if (end === 'fulfilled') note(name, 'was found');
    }
    expect(problems.splice(0)).toEqual([]);
  });

  test('afterwards the server is the same, and so is everything else in it', async () => {
    expect(await runId()).toBe(before.runId);
    expect(await others()).toEqual(before.others);
    const left = (await open.keys()).filter((key) => key.startsWith(prefix) || used.has(key));
    expect(left.toSorted()).toEqual(OTHERS.map((other) => `${prefix}${other}chat`).toSorted());
    const hashes = (await open.keys()).filter((key) => /^projection:/iu.test(key));
    expect(hashes).toHaveLength(storeName.includes('found by') ? OTHERS.length : 0);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const client = createClient({ url: server.url });
    await client.connect();
    expect(await client.ping()).toBe('PONG');
    client.destroy();
  });
});

test('nothing but a list of values that would do harm was tried', () => {
  expect(OPTION_NAMES).toEqual(expect.arrayContaining(['sessionId', 'userId', 'keyPrefix', 'ttl']));
  expect(PARAMETERS.length).toBeGreaterThan(30);
  expect(HOSTILE_VALUES.length).toBeGreaterThan(80);
});
