/**
 * Nothing that is said stands in the bytes that are kept, on any of the ways into a session: neither as
 * it is, nor as a digest by which it could be guessed.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, type AgentInputItem, Runner, tool } from '@openai/agents-core';
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rewrap } from '../../src/encryption/index.ts';
import { JSONSession, tracked } from '../../src/index.ts';
import { canonicalText } from '../../src/items/canonical-text.ts';
import { itemKey, keyWithoutId } from '../../src/items/item-equality.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import type { SessionStore } from '../../src/store.ts';
import { assistantItem, callItem, userItem } from '../../src/testing/conversation.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { testKeyring } from './keyrings.ts';

/** Stands in every text, and in nothing that is to be readable. */
const SECRET = 'Zaubertrank';

async function runWithTool(session: JSONSession): Promise<void> {
  const model = new ScriptedModel([
    [functionCall('brew', { what: `${SECRET} 1` }, { callId: 'call_1' })],
    [assistantMessage(`Here is your ${SECRET} 2.`)],
  ]);
  const brew = tool({
    name: 'brew',
    description: 'Brews.',
    parameters: {
      type: 'object',
      properties: { what: { type: 'string' } },
      required: ['what'],
      additionalProperties: false,
    },
    strict: true,
    execute: async () => `${SECRET} 3 is ready`,
  });
  const agent = new Agent({ name: 'Miraculix', model, tools: [brew] });
  await tracked(new Runner({ tracingDisabled: true })).run(agent, `Brew ${SECRET} 4`, { session });
}

async function failingRun(session: JSONSession): Promise<void> {
  const model = new ScriptedModel([]);
  const runner = tracked(new Runner({ tracingDisabled: true }), { keepFailedRuns: true });
  const agent = new Agent({ name: 'Miraculix', model });
  await expect(runner.run(agent, `Fail ${SECRET} 5`, { session })).rejects.toThrow(/./u);
}

/** Every way into a session, and the texts whose digests could be kept. */
async function useEveryWay(session: JSONSession): Promise<AgentInputItem[]> {
  const named = userItem(`${SECRET} 6`);
  await session.addItems([named], undefined, { operationId: 'items' });
  const said = { role: 'user', content: `${SECRET} 7`, operationId: 'message' } as const;
  await session.addMessage(said);
  await session.addMessage({ role: 'tool', content: `${SECRET} 8` });
  await session.setHandoffContext({ [SECRET]: `${SECRET} 9` }, { operationId: 'context' });
  await session.once('job-1', () => runWithTool(session));
  await failingRun(session);
  await session.applyHistoryTransaction({
    operationId: 'transaction',
    transaction: { type: 'append_items', items: [assistantItem(`${SECRET} 10`)] },
  });
  await session.applyHistoryTransaction({
    operationId: 'replacement',
    transaction: {
      type: 'replace_suffix',
      expectedSuffix: [assistantItem(`${SECRET} 10`)],
      replacement: [callItem('c9'), assistantItem(`${SECRET} 11`)],
    },
  });
  const replacement = { ...callItem('c9'), arguments: `{"what":"${SECRET} 12"}` } as never;
  await session.applyHistoryMutations(
    { mutations: [{ type: 'replace_function_call', callId: 'c9', replacement }] },
    { operationId: 'mutation' },
  );
  const all = await session.getItems();
  await session.replaceHistoryWithCompaction([userItem(`In short: ${SECRET} 13`)], undefined, {
    operationId: 'compaction',
  });
  await rewrap(session);
  expect((await session.getMessages({ includeCompaction: true })).length).toBeGreaterThan(9);
  return all;
}

function digest(text: string | null): string {
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex')
    .slice(0, 16);
}

/** Digests of what was said, as a plain session keeps them. */
function digestsOf(items: readonly AgentInputItem[]): string[] {
  const operations = [
    canonicalText(['items', JSON.parse(itemKey(userItem(`${SECRET} 6`)))]),
    canonicalText(['message', 'user', `${SECRET} 7`, null, null]),
    canonicalText(['handoff_context', { [SECRET]: `${SECRET} 9` }]),
  ];
  const evidence = items.flatMap((item) => [itemKey(item), keyWithoutId(item)]);
  return [...operations, ...evidence].map(digest);
}

function kept(store: SessionStore, options: object): JSONSession {
  return new JSONSession({
    store,
    sessionId: 'kept',
    userId: 'ada',
    timeoutMs: 30_000,
    ...options,
  });
}

function found(bytes: Buffer, items: readonly AgentInputItem[]): string[] {
  const readable = bytes.toString('latin1');
  return [SECRET, ...digestsOf(items)].filter((text) => readable.includes(text));
}

describe('in SQLite', () => {
  const bytesOf = (file: string): Buffer =>
    Buffer.concat(
      [file, `${file}-wal`].filter((path) => existsSync(path)).map((path) => readFileSync(path)),
    );

  test('the file holds nothing of it', async () => {
    const file = join(temporaryFolder(), 'sealed.db');
    const store = await SqliteStore.open(file);
    const items = await useEveryWay(kept(store, { encryption: await testKeyring() }));
    expect(bytesOf(file).includes('Miraculix')).toBe(true);
    expect(found(bytesOf(file), items)).toEqual([]);
    await store.close();
  });

  test('and would, if it was not encrypted', async () => {
    const file = join(temporaryFolder(), 'plain.db');
    const store = await SqliteStore.open(file);
    const plain = kept(store, {});
    await plain.addItems([userItem(`${SECRET} 6`)], undefined, { operationId: 'items' });
    await runWithTool(plain);
    const seen = found(bytesOf(file), await plain.getItems());
    expect(seen).toContain(SECRET);
    // Of an operation, and of the last item of a run.
    expect(seen.length).toBeGreaterThanOrEqual(3);
    await store.close();
  });
});

describe('in Redis', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis({ args: ['--appendonly', 'yes', '--rdbcompression', 'no'] });
  });

  afterAll(() => server.stop());

  test('neither the document nor the files of the server hold anything of it', async () => {
    const store = RedisStore.open(server.url, { timeoutMs: 30_000 });
    const items = await useEveryWay(kept(store, { encryption: await testKeyring() }));
    const document = Buffer.from(await server.cli('JSON.GET', 'session:kept'));
    expect(document.includes('Miraculix')).toBe(true);
    expect(found(document, items)).toEqual([]);
    await server.cli('SAVE');
    const dump = readFileSync(join(server.dir, 'dump.rdb'));
    expect(dump.includes('Miraculix')).toBe(true);
    expect(found(dump, items)).toEqual([]);
    // What was sent, command by command.
    const folder = join(server.dir, 'appendonlydir');
    const log = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
    expect(log.includes('Miraculix')).toBe(true);
    expect(found(log, items)).toEqual([]);
    await store.close();
  });
});
