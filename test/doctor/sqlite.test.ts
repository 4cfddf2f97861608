import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeStores, doctor, JSONSession, StoreClosedError } from '../../src/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { runScript } from '../processes/run-script.ts';
import { codesOf, messageOf } from './reports.ts';

const NOBODY = 65_534;

let folder = '';
let path = '';
let url = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  path = join(folder, 'sessions.db');
  url = `sqlite:${path}`;
  const session = new JSONSession({ url, sessionId: 'a' });
  for (let turn = 0; turn < 40; turn += 1) {
    await session.addMessage({
      role: 'user',
      content: `${randomBytes(2000).toString('hex')} SECRET`,
    });
  }
  await session.close();
  await closeStores();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await closeStores();
  rmSync(folder, { recursive: true });
});

/** Changes the file with another program. */
function change(sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

describe('a file as a store makes it', () => {
  it('has no findings', async () => {
    const report = await doctor({ url });
    expect(report).toEqual({
      ok: true,
      findings: [],
      server: {
        product: 'SQLite',
        version: process.versions['sqlite'],
        json: true,
        search: false,
        nodes: 1,
      },
    });
  });

  it('has none while it is in use, with its log beside it', async () => {
    const store = await SqliteStore.open(path);
    const session = new JSONSession({ store, sessionId: 'b' });
    await session.addMessage({ role: 'user', content: 'Hello' });
    expect(existsSync(`${path}-wal`)).toBe(true);
    expect(codesOf(await doctor({ store }))).toEqual([]);
    expect(codesOf(await doctor({ url }))).toEqual([]);
    expect(await session.getItems()).toHaveLength(1);
    await store.close();
    await expect(doctor({ store })).rejects.toBeInstanceOf(StoreClosedError);
  });
});

describe('a file that is not there', () => {
  it('is not created', async () => {
    const missing = join(folder, 'deeper', 'missing.db');
    const report = await doctor({ url: `sqlite:${missing}` });
    expect(codesOf(report)).toEqual(['file_missing']);
    expect(report.ok).toBe(true);
    expect(existsSync(join(folder, 'deeper'))).toBe(false);
    expect(codesOf(await doctor({ url }))).not.toContain('file_missing');
  });

  it('cannot be one below a file', async () => {
    const report = await doctor({ url: `${url}/below.db` });
    expect(messageOf(report, 'file_unusable')).toContain('ENOTDIR');
    expect(report.ok).toBe(false);
  });

  it('is not needed in memory', async () => {
    const store = await SqliteStore.open(':memory:');
    expect(codesOf(await doctor({ store }))).toEqual(['in_memory']);
    await store.close();
    expect(codesOf(await doctor({ url: 'sqlite::memory:' }))).toEqual(['in_memory']);
  });
});

describe('permissions', () => {
  it.each([0o644, 0o660, 0o604])('mode %o of the file', async (mode) => {
    chmodSync(path, mode);
    const report = await doctor({ url });
    expect(messageOf(report, 'file_open_to_others')).toBe(
      `sessions.db has mode 0${mode.toString(8)}.`,
    );
    expect(report.ok).toBe(true);
  });

  it('the modes of what stands beside it', async () => {
    const store = await SqliteStore.open(path);
    await new JSONSession({ store, sessionId: 'b' }).addMessage({ role: 'user', content: 'Hello' });
    chmodSync(`${path}-wal`, 0o640);
    const report = await doctor({ store });
    await store.close();
    expect(messageOf(report, 'file_open_to_others')).toBe('sessions.db-wal has mode 0640.');
  });

  it.each([
    [0o777, true],
    [0o770, true],
    [0o1777, false],
    [0o755, false],
  ])('mode %o of the folder', async (mode, isOpen) => {
    chmodSync(folder, mode);
    expect(codesOf(await doctor({ url }))).toEqual(isOpen ? ['folder_open_to_others'] : []);
  });

  it('of a user who may only read', async () => {
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    const uid = process.getuid?.() === 0 ? NOBODY : undefined;
    const script = `import { doctor } from '${new URL('../../src/index.ts', import.meta.url).href}';
      const { findings } = await doctor({ url: ${JSON.stringify(url)} });
      console.log(JSON.stringify(findings.map(({ code, message }) => [code, message])));`;
    const { output, errors } = await runScript(script, uid === undefined ? {} : { uid });
    chmodSync(folder, 0o700);
    expect(errors).toBe('');
    const found = JSON.parse(output) as [string, string][];
    expect(found).toContainEqual(['file_not_writable', `${path} is not writable by this process.`]);
    expect(found).toContainEqual([
      'file_not_writable',
      `${folder} is not writable by this process.`,
    ]);
    expect(codesOf(await doctor({ url }))).not.toContain('file_not_writable');
  });

  it('of a user who may not read', async () => {
    chmodSync(folder, 0o700);
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    const uid = process.getuid?.() === 0 ? NOBODY : undefined;
    if (uid === undefined) chmodSync(inner, 0o000);
    else chownSync(inner, 0, 0);
    const script = `import { doctor } from '${new URL('../../src/index.ts', import.meta.url).href}';
      const { findings } = await doctor({ url: 'sqlite:${inner}/a.db' });
      console.log(findings.map(({ code, message }) => code + ' ' + message).join());`;
    const { output } = await runScript(script, uid === undefined ? {} : { uid });
    expect(output).toMatch(/^file_unusable .*EACCES/);
  });

  it('cannot be told on Windows', async () => {
    chmodSync(path, 0o644);
    vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    expect(codesOf(await doctor({ url }))).toEqual(['permissions_not_checked']);
    vi.restoreAllMocks();
    expect(codesOf(await doctor({ url }))).not.toContain('permissions_not_checked');
  });
});

describe('what is in the file', () => {
  it('is damaged in a page', async () => {
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, 20 * 4096);
    closeSync(file);
    const report = await doctor({ url });
    expect(codesOf(report)).toEqual(['file_corrupt']);
    expect(report.ok).toBe(false);
    expect(JSON.stringify(report)).not.toContain('SECRET');
  });

  it('is no database, and its permissions are told all the same', async () => {
    writeFileSync(path, `SECRET${'x'.repeat(8192)}`);
    chmodSync(path, 0o644);
    const report = await doctor({ url });
    expect(codesOf(report)).toEqual(['file_corrupt', 'file_open_to_others']);
    expect(messageOf(report, 'file_corrupt')).toContain('SQLITE_NOTADB');
    expect(JSON.stringify(report)).not.toContain('SECRET');
  });

  it('is of a newer release', async () => {
    change('PRAGMA user_version = 99');
    const report = await doctor({ url });
    expect(codesOf(report)).toEqual(['newer_format']);
    expect(report.ok).toBe(false);
  });

  it.each([
    ['of no version', 0],
    ['of our version', 1],
  ])('is of another program, with tables %s', async (_name, version) => {
    rmSync(path);
    change(`CREATE TABLE books (id); PRAGMA journal_mode = WAL; PRAGMA user_version = ${version}`);
    chmodSync(path, 0o600);
    expect(codesOf(await doctor({ url }))).toEqual(['foreign_database']);
  });

  it('is nothing yet', async () => {
    writeFileSync(path, '');
    expect(codesOf(await doctor({ url }))).toEqual(['journal_mode']);
  });

  it('is too much to read in one go', async () => {
    truncateSync(path, 300 * 1024 * 1024);
    const report = await doctor({ url });
    expect(messageOf(report, 'integrity_not_checked')).toBe(
      `${path} was not read: it has 300 MiB.`,
    );
    expect(report.ok).toBe(true);
  });
});

describe('the journal mode', () => {
  it('was changed, and is changed back by a store', async () => {
    change('PRAGMA journal_mode = DELETE');
    expect(messageOf(await doctor({ url }), 'journal_mode')).toContain('delete');
    const store = await SqliteStore.open(path);
    expect(codesOf(await doctor({ store }))).toEqual([]);
    await store.close();
  });

  it('keeps readers out while another process writes', async () => {
    change('PRAGMA journal_mode = DELETE');
    const writer = new DatabaseSync(path);
    writer.exec('BEGIN EXCLUSIVE');
    const report = await doctor({ url, timeoutMs: 200 });
    writer.exec('ROLLBACK');
    writer.close();
    expect(messageOf(report, 'file_unusable')).toContain('SQLITE_BUSY');
    expect(codesOf(await doctor({ url }))).not.toContain('file_unusable');
  });

  it('is not changed by looking', async () => {
    change('PRAGMA journal_mode = DELETE');
    const before = statSync(path).mtimeMs;
    await doctor({ url });
    expect(statSync(path).mtimeMs).toBe(before);
  });
});
