/**
 * What snippets of the documentation take for granted: conversations, and files of other programs.
 *
 * @module
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createKeyring } from '../../src/encryption/index.ts';
import { JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { exportSession } from '../../src/transfer/index.ts';

const FOREIGN = join(import.meta.dirname, '../fixtures/foreign-sessions');

/** By what stands in a snippet. */
const PREPARATIONS: readonly (readonly [text: string, prepare: () => Promise<unknown>])[] = [
  ['rewrap(session)', sealedSession],
  ["JSONSession.load('chat-1')", session],
  ["JSONSession.load('chat-1', { userId", session],
  ['exportSessions(', session],
  ['copySession(', () => session({ url: 'redis://localhost:6379' })],
  ["createReadStream('sessions.jsonl')", exported],
  ["'conversations.db'", () => copyFile(join(FOREIGN, 'python.db'), 'conversations.db')],
  ["'.agents-sessions'", fileSession],
];

/**
 * Makes what a snippet takes for granted, in the folder that is the present one.
 */
export async function prepare(path: string): Promise<void> {
  const code = await readFile(path, 'utf8');
  const [, make] = PREPARATIONS.find(([text]) => code.includes(text)) ?? [];
  await make?.();
}

async function session(options: JSONSessionOptions = {}): Promise<void> {
  for (const sessionId of ['chat-1', 'chat-2']) {
    const each = await JSONSession.create({ sessionId, userId: 'user-1', ...options });
    await each.addMessage({ role: 'user', content: 'Which trains go to Oslo?' });
    await each.addMessage({ role: 'assistant', content: 'One in the morning.', tokens: 12 });
  }
}

async function sealedSession(): Promise<void> {
  const encryption = await createKeyring({ current: 'k1', keys: { k1: new Uint8Array(32) } });
  await session({ encryption, userId: undefined });
}

async function exported(): Promise<void> {
  await session();
  await using each = await JSONSession.load('chat-1');
  await writeFile('sessions.jsonl', `${await exportSession(each)}\n`);
}

async function fileSession(): Promise<void> {
  await mkdir('.agents-sessions');
  await copyFile(join(FOREIGN, 'file-travel.json'), '.agents-sessions/travel.json');
}
