import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor, type DoctorReport } from '../../src/index.ts';
import { RedisStore, type RedisStoreOptions } from '../../src/stores/redis/index.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { codesOf, messageOf } from './reports.ts';

/** As docs/architecture.md has them. */
const ENOUGH = `+eval +evalsha +type +time +expire +pttl +persist +unlink +rename
  +json.get +json.set +json.del +json.type +json.merge +json.objlen +json.objkeys +json.arrlen
  +json.arrappend +json.arrtrim`.split(/\s+/);

const KEYS = ['~session:*', '~trash:session:*'];

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
});

afterAll(() => server.stop());

/** Looks at the server as a user with these rights. */
async function withRights(...rights: string[]): Promise<DoctorReport> {
  return reportOf({}, rights);
}

async function reportOf(options: RedisStoreOptions, rights: string[]): Promise<DoctorReport> {
  await server.cli('ACL', 'DELUSER', 'app');
  await server.cli('ACL', 'SETUSER', 'app', 'on', '>secret', 'resetchannels', '-@all', ...rights);
  const client = createClient({
    url: server.url,
    username: 'app',
    password: 'secret',
    disableClientInfo: true,
  });
  client.on('error', () => {});
  await client.connect();
  const report = await doctor({ store: new RedisStore(client, options) });
  client.destroy();
  return report;
}

describe('a user with the rights that sessions need', () => {
  it('gets what could not be checked, and nothing worse for lack of rights', async () => {
    const report = await withRights(...KEYS, ...ENOUGH);
    expect(report.ok).toBe(true);
    expect(codesOf(report)).toEqual([
      'version_not_checked',
      'user_not_checked',
      'settings_not_checked',
      'search_not_checked',
    ]);
    expect(messageOf(report, 'search_not_checked')).toContain('+ft._list');
    const unknown = { product: null, version: null, search: null };
    expect(report.server).toEqual({ ...unknown, json: true, nodes: 1 });
  });

  it('gets all of it with the rights that the findings name', async () => {
    const more = ['+info', '+config|get', '+ft._list', '+ft.info', '+acl|whoami', '+acl|getuser'];
    const report = await withRights(...KEYS, ...ENOUGH, ...more);
    expect(codesOf(report).filter((code) => code.endsWith('_not_checked'))).toEqual([]);
    expect(report.server).toMatchObject({ version: server.version, search: server.hasSearch });
  });

  it('tells from INFO alone what is there of the settings', async () => {
    const report = await withRights(...KEYS, ...ENOUGH, '+info');
    expect(codesOf(report)).not.toContain('version_not_checked');
    expect(messageOf(report, 'settings_not_checked')).toBe(
      'Could not be read: save, appendfsync, aof-use-rdb-preamble.',
    );
  });

  it('is told which index could not be looked at', async () => {
    await server.cli('FT.CREATE', 'idx', 'ON', 'JSON', 'SCHEMA', '$.a', 'AS', 'a', 'TAG');
    const report = await withRights(...KEYS, ...ENOUGH, '+ft._list');
    await server.cli('FT.DROPINDEX', 'idx');
    expect(messageOf(report, 'search_not_checked')).toContain('+ft.info');
    expect(report.server?.search).toBe(true);
  });
});

describe('a user without rights that sessions need', () => {
  it.each(ENOUGH.filter((right) => right !== '+json.merge'))('%s is missed', async (right) => {
    const report = await withRights(...KEYS, ...ENOUGH.filter((other) => other !== right));
    expect(report.ok).toBe(false);
    expect(messageOf(report, 'acl_command_denied')).toBe(`The user lacks ${right}.`);
    expect(codesOf(report)).not.toContain('acl_key_denied');
  });

  it.each([
    ['replicated', '+wait'],
    ['fsync', '+waitaof'],
  ] as const)('with durability %s, %s is missed', async (durability, right) => {
    const without = await reportOf({ durability }, ['~session:*', ...ENOUGH]);
    expect(messageOf(without, 'acl_command_denied')).toBe(`The user lacks ${right}.`);
    const report = await reportOf({ durability }, ['~session:*', ...ENOUGH, right]);
    expect(codesOf(report)).not.toContain('acl_command_denied');
  });

  it('+json.merge is good to know', async () => {
    const report = await withRights(...KEYS, ...ENOUGH.filter((one) => one !== '+json.merge'));
    expect(report.ok).toBe(true);
    expect(messageOf(report, 'json_merge_missing')).toContain('+json.merge');
    expect(codesOf(report)).not.toContain('acl_command_denied');
  });

  it('the keys are missed', async () => {
    const report = await withRights('~other:*', ...ENOUGH);
    expect(report.ok).toBe(false);
    expect(messageOf(report, 'acl_key_denied')).toContain('"session:" or "trash:session:"');
    expect(codesOf(report)).not.toContain('acl_command_denied');
  });

  it('the keys beside those of sessions are missed', async () => {
    const report = await withRights('~session:*', ...ENOUGH);
    expect(report.ok).toBe(false);
    expect(messageOf(report, 'acl_key_denied')).toMatch(/begin with "trash:session:"\.$/);
  });

  it('a user without any rights gets a report too', async () => {
    const report = await withRights();
    expect(messageOf(report, 'acl_command_denied')).toContain('+json.get');
    expect(codesOf(report)).toContain('clock_not_checked');
    expect(report.server).toMatchObject({ product: null, json: null, search: null });
  });
});
