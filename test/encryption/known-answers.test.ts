/**
 * The format of what is encrypted: fixed answers, and a second implementation with Node's own crypto
 * that can read it.
 */
import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';

import type { MessageEntry } from '../../src/document/document.ts';
import { keyedOperation, openMarks, sealMark } from '../../src/encryption/keyed-digests.ts';
import { openEntry, sealEntry } from '../../src/encryption/sealed-entry.ts';
import { deriveSessionKey, SessionKeys } from '../../src/encryption/session-keys.ts';
import { Deadline } from '../../src/deadline.ts';
import type { NewEntry } from '../../src/store.ts';
import { keyOf, testKeyring } from './keyrings.ts';

const SESSION = {
  sessionId: 'chat-1',
  life: { userId: 'ada', incarnation: '00112233445566778899aabbccddeeff' },
  migrating: false,
};
const NONCE = Uint8Array.from({ length: 12 }, (_, index) => index);
const ENTRY: NewEntry = {
  id: '0123456789abcdef',
  role: 'assistant',
  content: 'Überraschung 🎉',
  agent: 'Triage',
  tokens: 7,
  item: { type: 'message', role: 'assistant', content: { $text: true } },
  handoff: { from: 'Triage', to: 'Billing' },
};

/** As another implementation has made it too. */
const DATA =
  'VVDjYfeJ1-G0kfbSVecNIhGlFJX8HUB3HXx3avCd018FVm88RVbNCS2XtcDa3DNA_TEfjqpOeBFMsX9PDUm69vcGMIu69o08' +
  'n2_tt74c3M6jpkAQ9KQRrjCESERvY0d0QQUSsQMQkMlzBZQXD-gWfqjIwNYdUw';

interface Stored {
  readonly item: { readonly $sealed: Record<'kid' | 'iv' | 'data', string> };
}

async function sealed(): Promise<MessageEntry & Stored> {
  const key = await deriveSessionKey({ id: 'k1', key: keyOf(1) }, SESSION.sessionId);
  const entry = await sealEntry(ENTRY, key, SESSION, NONCE);
  return { ...entry, timestamp: 1 } as unknown as MessageEntry & Stored;
}

function derived(info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', keyOf(1), 'chat-1', `agents-json-session/1/${info}`, 32));
}

test('an entry is sealed to these very bytes', async () => {
  expect(await sealed()).toEqual({
    id: '0123456789abcdef',
    role: 'assistant',
    content: '',
    agent: 'Triage',
    tokens: 7,
    handoff: { from: 'Triage', to: 'Billing' },
    timestamp: 1,
    item: { $sealed: { v: 1, kid: 'k1', iv: 'AAECAwQFBgcICQoL', data: DATA } },
  });
});

test('another implementation reads it', async () => {
  const { iv, data } = (await sealed()).item.$sealed;
  const bytes = Buffer.from(data, 'base64url');
  const decipher = createDecipheriv(
    'aes-256-gcm',
    derived('content'),
    Buffer.from(iv, 'base64url'),
  );
  const { life } = SESSION;
  const entry = ['entry', ENTRY.id, 'assistant', 'Triage', 7, ['Triage', 'Billing']];
  const bound = ['agents-json-session', 1, 'k1', life.userId, 'chat-1', life.incarnation];
  decipher.setAAD(Buffer.from(JSON.stringify([...bound, ...entry, false, false, false])));
  decipher.setAuthTag(bytes.subarray(-16));
  const text = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
  expect(JSON.parse(text.toString())).toEqual({ content: ENTRY.content, item: ENTRY.item });
});

test('what was sealed opens to what it was', async () => {
  const keys = new SessionKeys(await testKeyring(), 'chat-1').within(new Deadline(30_000));
  expect(await openEntry(await sealed(), keys, SESSION)).toEqual({ ...ENTRY, timestamp: 1 });
});

test('two entries never have one nonce', async () => {
  const key = await deriveSessionKey({ id: 'k1', key: keyOf(1) }, 'chat-1');
  const all = await Promise.all(Array.from({ length: 500 }, () => sealEntry(ENTRY, key, SESSION)));
  expect(new Set(all.map((one) => (one as unknown as Stored).item.$sealed.iv)).size).toBe(500);
});

test('digests of operations are keyed, and say with which key', async () => {
  const key = await deriveSessionKey({ id: 'k1', key: keyOf(1) }, 'chat-1');
  const { digest } = await keyedOperation({ id: 'ab', digest: 'cd' }, key);
  const hmac = createHmac('sha256', derived('digest')).update('operation:ab:cd').digest('hex');
  expect(digest).toBe(`${hmac}${Buffer.from('k1').toString('hex')}`);
  const named = { id: 'ab', digest: 'cd', namesEntries: true } as const;
  expect(await keyedOperation(named, key)).toEqual(named);
});

test('marks of runs hide what they are evidence of, and come back', async () => {
  const key = await deriveSessionKey({ id: 'k1', key: keyOf(1) }, 'chat-1');
  const keys = new SessionKeys(await testKeyring(), 'chat-1').within(new Deadline(30_000));
  const mark = '0123456789abcdef:89abcdef:1:2:3:5:0:0';
  const kept = await sealMark(mark, key);
  const pad = createHmac('sha256', derived('digest')).update('mark:89abcdef:1:2:3:5:0:0').digest();
  const evidence = Array.from(
    Buffer.from('0123456789abcdef', 'hex'),
    (byte, at) => byte ^ (pad[at] ?? 0),
  );
  expect(kept).toBe(`${Buffer.from(evidence).toString('hex')}:89abcdef:1:2:3:5:0:0:6b31`);
  const plain = 'ffffffffffffffff:01234567:0:0:0:0:0:0';
  expect(await openMarks(`${kept};${plain};`, keys, 'ada')).toBe(`${mark};${plain};`);
});
