/**
 * Hostile values for every option of a directory, on every store: each call gives what it should, the
 * same on every store, or fails with an error that names the option.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import { JSONSession, SessionError } from '../../src/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { EVERY_STORE, type OpenStore } from './every-store.ts';
import { HOSTILE_VALUES, HostileError } from './hostile-values.ts';

const OPTIONS = [
  'userId',
  'agent',
  'attributes',
  'updatedSince',
  'parentId',
  'orderBy',
  'descending',
  'limit',
  'cursor',
];

/** Good for every option that takes a text. */
const TEXTS = HOSTILE_VALUES.map(([, make]) => make()).filter(
  (value): value is string =>
    typeof value === 'string' && value !== '' && value.isWellFormed() && !value.includes('\0'),
);
const SHORT = TEXTS.filter((text) => Buffer.byteLength(text) <= 512).slice(0, 40);

let server: RedisServer;
/** What became of each value, which must be the same on every store. */
const seenBefore = new Map<string, string>();

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

async function endOf(call: () => Promise<unknown>): Promise<string> {
  try {
    return `gives ${JSON.stringify(await call())}`;
  } catch (error) {
    if (error instanceof SessionError) {
      return `${error.code} ${(error as { field?: string }).field}`;
    }
    const isOwn = error instanceof HostileError || /revoked/u.test((error as Error).message);
    return isOwn ? 'thrown by the value' : `untyped: ${String(error)}`;
  }
}

function isGoodEnd(end: string, option: string): boolean {
  return (
    /^(?:gives |unsupported |thrown by the value$)/u.test(end) ||
    end.startsWith(`invalid_input ${option}`)
  );
}

describe.each(EVERY_STORE)('%s', (_, openStore) => {
  let open: OpenStore;
  let directory: SessionDirectory;
  const keyPrefix = ownPrefix();

  beforeAll(async () => {
    open = await openStore(server.url);
    directory = new SessionDirectory({ store: open.store, keyPrefix, timeoutMs: 20_000 });
    for (const [at, text] of SHORT.entries()) {
      const session = new JSONSession({
        store: open.store,
        keyPrefix,
        sessionId: `chat-${String(at).padStart(2, '0')}`,
        userId: text,
      });
      await session.trackAgent(text);
      await session.setAttributes({ [text]: text, text });
      await session.addMessage({ role: 'assistant', content: `hello ${text}`, agent: text });
    }
  });
  afterAll(() => open.end());

  async function runId(): Promise<string> {
    const info = await server.cli('INFO', 'server');
    return /^run_id:(.+)\r$/mu.exec(info)?.[1] ?? '';
  }

  async function found(options: object): Promise<string[]> {
    const { sessions } = await directory.list({
      orderBy: 'created',
      descending: false,
      ...options,
    });
    return sessions.map(({ sessionId }) => sessionId);
  }

  test('a text finds what has it, and nothing else', async () => {
    expect(SHORT.length).toBeGreaterThan(30);
    for (const [at, text] of SHORT.entries()) {
      const id = `chat-${String(at).padStart(2, '0')}`;
      const ids = SHORT.flatMap((other, index) =>
        other === text ? [`chat-${String(index).padStart(2, '0')}`] : [],
      );
      expect(ids).toContain(id);
      for (const query of [{ userId: text }, { agent: text }, { attributes: { text } }]) {
        expect(await found(query)).toEqual(ids);
        expect(await directory.count(query)).toBe(ids.length);
      }
    }
  });

  /** Reads where nothing is kept that messages are found by. */
  async function searched(text: string, options: object = {}): Promise<string[]> {
    const scan = open.store.directory?.search === undefined ? { userId: 'nobody', scan: true } : {};
    const { messages } = await directory.search(text, { ...scan, limit: 200, ...options });
    return messages.map(({ sessionId }) => sessionId).toSorted();
  }

  test('a text, a user and an agent find the messages that have it', async () => {
    for (const text of SHORT) {
      const ids = SHORT.flatMap((other, index) =>
        other === text ? [`chat-${String(index).padStart(2, '0')}`] : [],
      );
      expect(await searched('hello', { userId: text })).toEqual(ids);
      expect(await searched('hello', { userId: text, agent: text })).toEqual(ids);
      expect(await searched(`hello ${text}`.slice(0, 100), { userId: text })).toEqual(ids);
      expect(await searched('hello', { userId: text, agent: `${text}.` })).toEqual([]);
    }
  });

  /** What is wrong with how the calls about one value end. */
  async function endsOf(option: string, value: unknown): Promise<string[]> {
    return [
      await endOf(() => found({ [option]: value })),
      await endOf(() => directory.count({ [option]: value })),
    ];
  }

  test.each(OPTIONS)('%s', async (option) => {
    const problems: string[] = [];
    const before = await runId();
    for (const [name, make] of HOSTILE_VALUES) {
      const what = `${option} = ${name}`;
      const ends = await endsOf(option, make());
      problems.push(...ends.filter((end) => !isGoodEnd(end, option)).map((end) => what + end));
      const known = seenBefore.get(what) ?? ends.join('; ');
      seenBefore.set(what, known);
      if (known !== ends.join('; ')) problems.push(`${what}: ${ends.join('; ')}, before ${known}`);
    }
    expect(problems).toEqual([]);
    expect(await runId()).toBe(before);
  });

  async function otherEnds(value: never): Promise<[field: string, end: string][]> {
    return [
      ['repair', await endOf(() => directory.checkProjection({ repair: value }))],
      ['dryRun', await endOf(() => directory.deleteUser('nobody', { dryRun: value }))],
      ['userId', await endOf(() => directory.deleteUser(value, { dryRun: true }))],
      ['sessionId', await endOf(() => directory.listForks(value))],
      ['text', await endOf(() => searched(value))],
      ['role', await endOf(() => searched('hello', { role: value }))],
      ['since', await endOf(() => searched('hello', { since: value }))],
      ['limit', await endOf(() => searched('hello', { limit: value }))],
      ['scan', await endOf(() => searched('hello', { userId: 'nobody', scan: value }))],
      ['scanLimit', await endOf(() => searched('hello', { scanLimit: value }))],
    ];
  }

  test('what is checked and mended, and whose sessions are deleted', async () => {
    const problems: string[] = [];
    for (const [name, make] of HOSTILE_VALUES) {
      const ends = await otherEnds(make() as never);
      const wrong = ends.filter(([field, end]) => !isGoodEnd(end, field));
      problems.push(...wrong.map(([field, end]) => `${field} = ${name}: ${end}`));
    }
    expect(problems).toEqual([]);
    expect(await directory.count()).toBe(SHORT.length);
  });
});
