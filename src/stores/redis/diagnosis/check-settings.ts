/**
 * Settings that lose sessions: how data is kept, and what goes when memory is full.
 *
 * @module
 */
import { type Checked, found } from './check.ts';
import type { RedisFinding } from './findings.ts';
import type { Probe } from './probe.ts';
import { fieldsOf, textOf } from './reply-shape.ts';
import type { ServerInfo } from './server-info.ts';

/** What CONFIG tells, and the field of INFO that says the same. */
const SETTINGS = {
  appendonly: 'aof_enabled',
  save: null,
  appendfsync: null,
  'aof-use-rdb-preamble': null,
  maxmemory: 'maxmemory',
  'maxmemory-policy': 'maxmemory_policy',
} as const;

type Settings = { readonly [name in keyof typeof SETTINGS]?: string };

/**
 * Checks persistence and eviction.
 */
export async function checkSettings({ probe, info }: Checked): Promise<RedisFinding[]> {
  const settings = await readSettings(probe, info);
  const unknown = Object.keys(SETTINGS).filter((name) => !(name in settings));
  return [
    ...checkPersistence(settings),
    ...checkLastAttempts(info),
    ...checkEviction(settings),
    ...(unknown.length > 0
      ? [found('settings_not_checked', `Could not be read: ${unknown.join(', ')}.`)]
      : []),
  ];
}

async function readSettings(probe: Probe, info: ServerInfo): Promise<Settings> {
  const settings: Record<string, string> = {};
  for (const [name, field] of Object.entries(SETTINGS)) {
    const told = field === null ? undefined : info.get(field);
    const value = told ?? fieldsOf(await probe.reply('CONFIG', 'GET', name)).get(name) ?? undefined;
    if (value !== undefined) settings[name] = textOf(value);
  }
  return settings;
}

function checkPersistence(settings: Settings): RedisFinding[] {
  const { appendonly, save, appendfsync } = settings;
  if (appendonly === undefined) return [];
  const hasFile = appendonly === '1' || appendonly === 'yes';
  if (!hasFile && save === '') {
    return [found('no_persistence', 'There is neither an append-only file nor a snapshot.')];
  }
  if (!hasFile) {
    const message = 'There is no append-only file (appendonly no), at best snapshots.';
    return [found('no_append_only_file', message)];
  }
  const findings: RedisFinding[] = [];
  if (appendfsync === 'no') {
    const message = 'The append-only file is never flushed by Redis (appendfsync no).';
    findings.push(found('fsync_never', message));
  }
  if (appendfsync === 'everysec') {
    const message = 'The append-only file is flushed once a second (appendfsync everysec).';
    findings.push(found('fsync_every_second', message));
  }
  if (settings['aof-use-rdb-preamble'] === 'no') {
    const message = 'The append-only file is rewritten as commands (aof-use-rdb-preamble no).';
    findings.push(found('append_only_file_without_preamble', message));
  }
  return findings;
}

function checkLastAttempts(info: ServerInfo): RedisFinding[] {
  const findings: RedisFinding[] = [];
  if (info.get('rdb_last_bgsave_status') === 'err') {
    findings.push(found('snapshot_failed', 'The last snapshot failed.'));
  }
  if (info.get('aof_last_bgrewrite_status') === 'err') {
    const message = 'The last rewrite of the append-only file failed.';
    findings.push(found('append_only_file_rewrite_failed', message));
  }
  return findings;
}

function checkEviction(settings: Settings): RedisFinding[] {
  const policy = settings['maxmemory-policy'];
  if (policy === undefined || policy === 'noeviction') return [];
  const message = `maxmemory-policy is ${policy}`;
  return settings.maxmemory === '0'
    ? [found('eviction_policy_idle', `${message}, and maxmemory is 0.`)]
    : [found('eviction_drops_sessions', `${message}.`)];
}
