/**
 * Whether what sessions and messages are found by can be written, and whether its index can be used.
 *
 * @module
 */
import type { ServerFacts } from '../../../doctor/diagnosis.ts';
import { randomHex } from '../../../random-ids.ts';
import { projectionKey, projectionPrefix } from '../directory/projection-key.ts';
import type { SessionName } from '../beside-session.ts';
import { messagesKey, messagesPrefix } from '../search/message-keys.ts';
import { type Checked, found } from './check.ts';
import type { RedisFinding, RedisFindingCode } from './findings.ts';
import type { Probe } from './probe.ts';
import { fieldsOf, textOf } from './reply-shape.ts';

/**
 * What is kept beside sessions, as it is checked.
 */
export interface KeptKind {
  /** What the keys of its hashes begin with, and the name of their index. */
  readonly prefixOf: (keyPrefix: string) => string;
  readonly keyOf: (session: SessionName) => string;
  /** The commands with which scripts write it, in a form that changes nothing. */
  readonly commands: (freeKey: string) => [name: string, ...args: string[]][];
  readonly codes: Readonly<
    Record<'scanned' | 'notWritten' | 'missing' | 'failing', RedisFindingCode>
  >;
}

/** What sessions are found by. */
const OF_SESSIONS: KeptKind = {
  prefixOf: projectionPrefix,
  keyOf: projectionKey,
  commands: (freeKey) => [
    ['HSET', freeKey, 'name', 'value', 'name'],
    ['PEXPIRE', freeKey, 'never'],
  ],
  codes: {
    scanned: 'directory_scanned',
    notWritten: 'directory_not_written',
    missing: 'directory_index_missing',
    failing: 'directory_index_failing',
  },
};

/** What messages are found by. */
const OF_MESSAGES: KeptKind = {
  prefixOf: messagesPrefix,
  keyOf: messagesKey,
  commands: (freeKey) => [
    ...OF_SESSIONS.commands(freeKey),
    ['HMGET', freeKey, 'name'],
    ['HGET', freeKey, 'name'],
    ['HDEL', freeKey, 'name'],
  ],
  codes: {
    scanned: 'messages_scanned',
    notWritten: 'messages_not_written',
    missing: 'messages_index_missing',
    failing: 'messages_index_failing',
  },
};

/**
 * Gives the kinds that a store keeps.
 */
export function keptKinds({
  isProjected,
  isSearched,
}: {
  readonly isProjected: boolean;
  readonly isSearched: boolean;
}): KeptKind[] {
  return [...(isProjected ? [OF_SESSIONS] : []), ...(isSearched ? [OF_MESSAGES] : [])];
}

/**
 * Checks whether the user may write it on one server.
 */
export async function checkKeeping(server: Checked): Promise<RedisFinding[]> {
  const findings = await Promise.all(server.kept.map((kind) => checkKind(kind, server)));
  return findings.flat();
}

async function checkKind(kind: KeptKind, server: Checked): Promise<RedisFinding[]> {
  const { probe, freeKey, keyPrefix } = server;
  const key = kind.keyOf({ key: freeKey, sessionId: freeKey.slice(keyPrefix.length) });
  const denied: string[] = [];
  for (const [name, ...args] of kind.commands(key)) {
    const answer = await probe.ask(name, ...args);
    if (answer.kind !== 'denied') continue;
    if (answer.what === 'key') {
      const prefix = JSON.stringify(kind.prefixOf(keyPrefix));
      return [found('acl_key_denied', `The user may not use keys that begin with ${prefix}.`)];
    }
    denied.push(`+${name.toLowerCase()}`);
  }
  if (denied.length === 0) return [];
  return [found(kind.codes.notWritten, `The user lacks ${denied.join(' ')}.`)];
}

/**
 * Checks its index, on the server that is asked.
 *
 * @param search - Of all servers together.
 */
export async function checkKeptIndex(
  { codes, prefixOf }: KeptKind,
  { probe, keyPrefix }: Pick<Checked, 'probe' | 'keyPrefix'>,
  search: ServerFacts['search'],
): Promise<RedisFinding[]> {
  const obstacle = await searchObstacle(probe, search);
  if (obstacle !== null) return [found(codes.scanned, obstacle)];
  const name = prefixOf(keyPrefix);
  const about = await probe.ask('FT.INFO', name);
  const index = `The search index ${JSON.stringify(name)}`;
  if (about.kind !== 'reply') return [found(codes.missing, `${index} is not there.`)];
  const failures = textOf(fieldsOf(about.reply).get('hash_indexing_failures'));
  if (Number(failures) === 0) return [];
  return [found(codes.failing, `${index} could not take in ${failures} hashes.`)];
}

/** Why everything is scanned, or null. */
async function searchObstacle(probe: Probe, search: ServerFacts['search']): Promise<string | null> {
  if (search === false) return 'The server has no search.';
  if (search === 'per-node') return 'The search of this cluster looks at one node at a time.';
  const none = `none-${randomHex(16)}`;
  const denied: string[] = [];
  for (const [name, ...args] of [
    ['FT.INFO', none],
    ['FT.SEARCH', none, '*'],
    ['FT.CREATE', none, 'ON', 'NOTHING'],
  ] as const) {
    const answer = await probe.ask(name, ...args);
    if (answer.kind === 'unknown') return 'The server has no search.';
    if (answer.kind === 'denied') denied.push(`+${name.toLowerCase()}`);
  }
  return denied.length > 0 ? `The user lacks ${denied.join(' ')}.` : null;
}
