/**
 * Encrypted sessions that are exported, imported, copied and trimmed: what arrives can be read with its
 * keyring, and whoever has none is refused before anything is written.
 */
import { expect, test } from 'vitest';

import { SessionDirectory } from '../../src/directory/index.ts';
import type { JsonValue, SessionDocument } from '../../src/document/document.ts';
import { createKeyring, SealedStore } from '../../src/encryption/index.ts';
import { JSONSession, type JSONSessionOptions, type SessionStore } from '../../src/index.ts';
import { canonicalText, sha256 } from '../../src/items/canonical-text.ts';
import { trimSessions } from '../../src/retention/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import {
  assistantItem,
  callItem,
  resultItem,
  textsOf,
  userItem,
} from '../../src/testing/conversation.ts';
import {
  copySession,
  exportSession,
  exportSessions,
  fileSessions,
  importFrom,
  importSession,
} from '../../src/transfer/index.ts';
import { asExported, toLine } from '../../src/transfer/line.ts';
import { checkDocument } from '../document/schema-check.ts';
import { keyOf, testKeyring } from './keyrings.ts';
import { describeEverywhere, sealOf } from './places.ts';

const encryption = await testKeyring();
const SAID = [userItem('Weather?'), callItem('c1'), resultItem('c1'), assistantItem('Sunny')];
const NO_KEYRING = { code: 'decryption_failed', problem: 'no_keyring' };

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

/** An empty store, and what it stores of a session. */
async function emptyStore(): Promise<
  AsyncDisposable & { store: SessionStore; stored: (id: string) => Promise<SessionDocument> }
> {
  const store = await SqliteStore.open(':memory:', { timeoutMs: 30_000 });
  return {
    store,
    stored: async (sessionId) => {
      const address = { key: `session:${sessionId}`, sessionId };
      const whole = { entries: { kind: 'all' }, wholeHead: true } as const;
      const snapshot = await store.read({ ...address, ...whole });
      if (snapshot === null) throw new Error('There is no session');
      return { ...snapshot.head, messages: snapshot.entries };
    },
    [Symbol.asyncDispose]: async () => store.close(),
  };
}

describeEverywhere((place) => {
  const open = (sessionId: string, options: JSONSessionOptions = {}): JSONSession => {
    const { store, prefix: keyPrefix } = place();
    return new JSONSession({ store, keyPrefix, sessionId, userId: 'ada', encryption, ...options });
  };
  const source = (
    sessionId: string,
  ): { store: SessionStore; keyPrefix: string; sessionId: string } => {
    const { store, prefix: keyPrefix } = place();
    return { store, keyPrefix, sessionId };
  };
  const filled = async (sessionId: string): Promise<JSONSession> => {
    const session = open(sessionId);
    await session.addItems(SAID);
    await session.setHandoffContext({ order: 'Order 12345' });
    return session;
  };

  test('without the keyring an export is refused, and none is passed over', async () => {
    await filled('exported');
    await open('context').setHandoffContext({ order: 'Order 12345' });
    for (const id of ['exported', 'context']) {
      const plain = open(id, { encryption: undefined });
      await expect(exportSession(source(id))).rejects.toMatchObject(NO_KEYRING);
      await expect(exportSession(plain)).rejects.toMatchObject(NO_KEYRING);
      const lines = exportSessions([source(id)], { missing: 'skip' });
      await expect(all(lines)).rejects.toMatchObject(NO_KEYRING);
    }
  });

  test('without the keyring a copy is refused, and nothing is written', async () => {
    await filled('uncopied');
    await using target = await emptyStore();
    const { store } = target;
    const copy = copySession(source('uncopied'), { store });
    await expect(copy).rejects.toMatchObject({ ...NO_KEYRING, sessionId: 'uncopied' });
    expect(await new SessionDirectory({ store }).count()).toBe(0);
  });

  test('a copy is encrypted as its session is, also under another id', async () => {
    const session = await filled('copied');
    await using target = await emptyStore();
    const { store, stored } = target;
    const to = { store, sessionId: 'other' };
    expect(await copySession(session, to)).toMatchObject({ status: 'imported', messageCount: 4 });
    const document = await stored('other');
    checkDocument(document);
    expect(JSON.stringify(document)).not.toMatch(/Weather|Sunny|Order 12345/u);
    const copy = new JSONSession({ store, sessionId: 'other', userId: 'ada', encryption });
    expect(await copy.getItems()).toEqual(SAID);
    expect(await copy.getHandoffContext()).toEqual({ order: 'Order 12345' });
    expect(await copySession(session, to)).toMatchObject({ status: 'unchanged' });
    const named = { ...source('copied'), encryption };
    expect(await copySession(named, to)).toMatchObject({ status: 'unchanged' });
  });

  test('a copy has the keys that it is given, or is plain where that is said', async () => {
    const session = await filled('given');
    await using target = await emptyStore();
    const { store, stored } = target;
    await copySession(session, { store, sessionId: 'k2', encryption: await testKeyring('k2') });
    const keys = (await stored('k2')).messages.map((entry) => sealOf(entry)['kid']);
    expect(keys).toEqual(['k2', 'k2', 'k2', 'k2']);
    await copySession(session, { store: new SealedStore(store, encryption), sessionId: 'sealed' });
    expect((await stored('sealed')).messages.map((entry) => sealOf(entry)['kid'])).toHaveLength(4);
    const sealed = new JSONSession({ store, sessionId: 'sealed', userId: 'ada', encryption });
    expect(await sealed.getItems()).toEqual(SAID);
    await copySession(session, { store, sessionId: 'plain', encryption: null });
    const plain = new JSONSession({ store, sessionId: 'plain' });
    expect(await plain.getItems()).toEqual(SAID);
    await using back = await emptyStore();
    const from = { store, sessionId: 'plain' };
    await copySession(from, { store: back.store, encryption });
    expect(JSON.stringify(await back.stored('plain'))).not.toMatch(/Weather|Sunny|Order 12345/u);
  });

  test('a line has what is said, and is encrypted where it is imported with keys', async () => {
    const line = await exportSession(await filled('line'));
    expect(line).toContain('Weather?');
    await using target = await emptyStore();
    const { store, stored } = target;
    const into = { store, encryption };
    expect(await importSession(line, into)).toMatchObject({ status: 'imported' });
    const document = await stored('line');
    checkDocument(document);
    expect(JSON.stringify(document)).not.toMatch(/Weather|Sunny|Order 12345/u);
    const imported = new JSONSession({ ...into, sessionId: 'line', userId: 'ada' });
    expect(await imported.getItems()).toEqual(SAID);
    expect(await importSession(line, into)).toMatchObject({ status: 'unchanged' });
    const sealed = new SealedStore(store, encryption);
    expect(await importSession(line, { store: sealed })).toMatchObject({ status: 'unchanged' });
    await imported.addItems([userItem('More')]);
    expect(await importSession(line, into)).toMatchObject({ status: 'unchanged' });
    const overwrite = { ...into, overwrite: true };
    expect(await importSession(line, overwrite)).toMatchObject({ status: 'replaced' });
    expect(await textsOf(new JSONSession({ ...into, sessionId: 'line' }))).toContain('Sunny');
  });

  test('where a session came from gives nobody a digest of what is said', async () => {
    const line = await exportSession(await filled('digest'));
    const { checksum, document } = JSON.parse(line) as { checksum: string; document: JsonValue };
    const content = { format: 'agents-json-session', version: 1, expires_in: null, document };
    expect(await sha256(canonicalText(content))).toBe(checksum);
    await using target = await emptyStore();
    const { store, stored } = target;
    await importSession(line, { store, sessionId: 'plain' });
    expect((await stored('plain')).import?.checksum).toBe(checksum);
    await importSession(line, { store, sessionId: 'sealed', encryption });
    await copySession(open('digest'), { store, sessionId: 'copy' });
    for (const id of ['sealed', 'copy']) {
      expect((await stored(id)).import).toBeDefined();
      expect(JSON.stringify(await stored(id))).not.toContain(checksum);
    }
    expect((await stored('sealed')).import?.checksum).not.toBe(
      (await stored('copy')).import?.checksum,
    );
  });

  test('a line with what is encrypted is refused: it would open nowhere', async () => {
    await filled('raw');
    const raw = await place().document('raw');
    const noContext = { ...raw, handoff_context: null };
    const noMessages = { ...raw, messages: [] };
    await using target = await emptyStore();
    const { store } = target;
    for (const [document, field] of [
      [raw, 'line 1: document.messages[0]'],
      [noContext, 'line 1: document.messages[0]'],
      [noMessages, 'line 1: document.handoff_context'],
    ] as const) {
      const line = toLine(await asExported({ document, expiresIn: null }));
      for (const into of [{ store }, { store, encryption }]) {
        const refused = importSession(line, into);
        await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field });
      }
    }
    expect(await new SessionDirectory({ store }).count()).toBe(0);
  });

  test('whoever overwrites an encrypted session needs no key of it', async () => {
    await using from = await emptyStore();
    const { store } = from;
    const plain = new JSONSession({ store, sessionId: 'taken', userId: 'ada' });
    await plain.addItems([userItem('Plain')]);
    const { store: to, prefix: keyPrefix } = place();
    await filled('taken');
    const target = { store: to, keyPrefix };
    const refused = copySession(plain, target);
    await expect(refused).rejects.toMatchObject({ code: 'session_exists' });
    expect(await open('taken').getItems()).toEqual(SAID);
    const k3 = await createKeyring({ current: 'k3', keys: { k3: keyOf(3) } });
    await copySession(plain, { ...target, overwrite: true, encryption: k3 });
    expect(await textsOf(open('taken', { encryption: k3 }))).toEqual(['Plain']);
    await filled('taken-2');
    const other = { ...target, sessionId: 'taken-2', overwrite: true };
    await copySession(plain, other);
    expect(await textsOf(open('taken-2', { encryption: undefined }))).toEqual(['Plain']);
  });

  test('sessions of other packages are encrypted where they are imported with keys', async () => {
    const items = [userItem('Weather?'), assistantItem('Sunny')];
    const file = { sessionId: 'foreign', text: JSON.stringify(items), time: new Date(1e12) };
    const { store, prefix: keyPrefix } = place();
    const into = { store, keyPrefix, userId: 'ada', encryption };
    const imported = async (): Promise<unknown> => all(importFrom(fileSessions([file]), into));
    expect(await imported()).toMatchObject([{ status: 'imported', messageCount: 2 }]);
    expect(await open('foreign').getItems()).toEqual(items);
    expect(await imported()).toMatchObject([{ status: 'unchanged' }]);
    const document = await place().document('foreign');
    expect(JSON.stringify(document)).not.toMatch(/Weather|Sunny/u);
    // Nothing that is readable follows from what is said alone.
    await using other = await emptyStore();
    const elsewhere = { store: other.store, userId: 'ada' };
    await all(importFrom(fileSessions([file]), elsewhere));
    const again = await other.stored('foreign');
    expect(again.messages.map(({ id }) => id)).not.toEqual(document.messages.map(({ id }) => id));
    expect(JSON.stringify(document)).not.toContain(again.import?.checksum.slice(0, 16));
  });

  test('a trim needs the keyring, and then never parts a call from its result', async () => {
    const session = await filled('trimmed');
    await session.addItems([userItem('Again?'), callItem('c2'), resultItem('c2')]);
    const limits = { maxMessages: 4 };
    const blind = open('trimmed', { encryption: undefined });
    await expect(blind.trim(limits)).rejects.toMatchObject(NO_KEYRING);
    const { store, prefix: keyPrefix } = place();
    const query = { ...limits, userId: 'ada' };
    const { failed, removed } = await trimSessions({ store, keyPrefix }, query);
    expect(failed).toContainEqual({ sessionId: 'trimmed', code: 'decryption_failed' });
    expect(removed).toBe(0);
    expect(await open('trimmed').getItems()).toHaveLength(7);
    const sealed = new SealedStore(store, encryption);
    expect(await trimSessions({ store: sealed, keyPrefix }, query)).toMatchObject({ failed: [] });
    expect(await open('trimmed').getItems()).toEqual([
      userItem('Again?'),
      callItem('c2'),
      resultItem('c2'),
    ]);
  });

  test('a session with keys over a store that encrypts is encrypted once', async () => {
    const sealed = new SealedStore(place().store, encryption);
    await open('once', { store: sealed }).addItems([userItem('Hi')]);
    expect(await textsOf(open('once', { store: sealed, encryption: undefined }))).toEqual(['Hi']);
    expect(await textsOf(open('once'))).toEqual(['Hi']);
  });

  test('what only looks like something encrypted is refused, or stays what it is', async () => {
    const { store, prefix: keyPrefix } = place();
    const seal = { $sealed: { v: 1, kid: 'k1', iv: 'a', data: 'b' } };
    for (const keys of [undefined, encryption]) {
      const session = open('lookalike', { encryption: keys });
      const refused = session.setHandoffContext(seal);
      await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field: 'context' });
      await session.setHandoffContext({ inner: seal });
      expect(await session.getHandoffContext()).toEqual({ inner: seal });
      await session.addItems([{ ...userItem('Hi'), ...seal }]);
      expect(await session.getItems()).toEqual([{ ...userItem('Hi'), ...seal }]);
      const line = await exportSession(session);
      const target = { store, keyPrefix, sessionId: 'lookalike-2', overwrite: true };
      await importSession(line, { ...target, encryption: keys });
      const copy = new JSONSession({
        store,
        keyPrefix,
        sessionId: 'lookalike-2',
        encryption: keys,
      });
      expect(await copy.getItems()).toEqual(await session.getItems());
      await session.delete();
    }
  });
});
