import { expect, it } from 'vitest';
import { doctor, type SessionStore, StoreUnavailableError } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { codesOf, messageOf } from './reports.ts';

/** A store of someone else: an embedded one, with another way to tell how it is. */
async function storeOfOthers(diagnose?: SessionStore['diagnose']): Promise<SessionStore> {
  const store = await SqliteStore.open(':memory:');
  return new Proxy<SessionStore>(store, {
    get: (target, name): unknown =>
      name === 'diagnose' ? diagnose : (Reflect.get(target, name) as unknown),
  });
}

it('says that a store does not tell how it is', async () => {
  const report = await doctor({ store: await storeOfOthers() });
  expect(report).toMatchObject({ ok: true, server: null });
  expect(codesOf(report)).toEqual(['no_diagnosis']);
});

it('says that a store is not there', async () => {
  const store = await storeOfOthers(async () => {
    throw new StoreUnavailableError('Nobody is at home');
  });
  const report = await doctor({ store });
  expect(report).toMatchObject({ ok: false, server: null });
  expect(messageOf(report, 'store_unavailable')).toBe('Nobody is at home.');
});

it('gives the findings of a store as they are, the worst first', async () => {
  const about = { message: 'a', meaning: 'b', advice: 'c' };
  const server = { product: 'Drum', version: '1', json: true, search: null, nodes: 1 } as const;
  const store = await storeOfOthers(async () => ({
    server,
    findings: [
      { code: 'third', severity: 'info', ...about },
      { code: 'second', severity: 'warning', ...about },
      { code: 'first', severity: 'error', ...about },
    ],
  }));
  const report = await doctor({ store });
  expect(codesOf(report)).toEqual(['first', 'second', 'third']);
  expect(report).toMatchObject({ ok: false, server });
});

it('does not hide a failure of another kind', async () => {
  const store = await storeOfOthers(async () => {
    throw new TypeError('a bug');
  });
  await expect(doctor({ store })).rejects.toThrow('a bug');
});
