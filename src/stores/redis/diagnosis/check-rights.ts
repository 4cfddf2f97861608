/**
 * Whether the user may do what sessions need, and whether the server can.
 *
 * @module
 */
import type { Durability } from '../../../durability.ts';
import { trashPrefix } from '../writing/trash.ts';
import { type Checked, found } from './check.ts';
import type { RedisFinding } from './findings.ts';
import type { Answer } from './probe.ts';
import { fieldsOf, listOf, textOf } from './reply-shape.ts';

const NO_SHA = '0'.repeat(40);
const REFUSES_WRITES = new Set(['READONLY', 'MISCONF', 'NOREPLICAS', 'OOM']);
/** Attributes are merged in two steps where it is missing. */
const OPTIONAL = 'JSON.MERGE';
const OF_TRASH = 'RENAME';

/** What durability waits with. */
const WAITS: Readonly<Record<Durability, readonly [name: string, ...args: string[]][]>> = {
  acknowledged: [],
  replicated: [['WAIT', '0', '1']],
  fsync: [['WAITAOF', '0', '0', '1']],
};

/**
 * Gives each command that sessions need in a form that changes nothing: the key is free, and what would
 * create it is an error. Rights are checked before that.
 *
 * @param freeTrashKey - A key beside it, of those that only {@link OF_TRASH} takes.
 */
export function neededCommands(
  freeKey: string,
  freeTrashKey: string,
  durability: Durability = 'acknowledged',
): [name: string, ...args: string[]][] {
  return [
    ...WAITS[durability],
    ['JSON.GET', freeKey],
    ['JSON.TYPE', freeKey],
    ['JSON.SET', freeKey, '$.a', '1'],
    ['JSON.DEL', freeKey],
    [OPTIONAL, freeKey, '$.a', '1'],
    ['JSON.OBJLEN', freeKey, '$'],
    ['JSON.OBJKEYS', freeKey, '$'],
    ['JSON.ARRLEN', freeKey, '$'],
    ['JSON.ARRAPPEND', freeKey, '$.a', '1'],
    ['JSON.ARRTRIM', freeKey, '$.a', '0', '0'],
    ['EVAL', 'return 1', '1', freeKey],
    ['EVALSHA', NO_SHA, '1', freeKey],
    ['TYPE', freeKey],
    ['TIME'],
    ['EXPIRE', freeKey, 'never'],
    ['PTTL', freeKey],
    ['PERSIST', freeKey],
    [OF_TRASH, freeKey, freeTrashKey],
    // Last, in case a server takes one of those above for a key to make.
    ['UNLINK', freeKey],
  ];
}

/**
 * Checks every command that sessions need, one after another.
 *
 * @returns What was found, and whether the server has JSON; null where the rights do not tell.
 */
export async function checkRights(
  server: Checked,
): Promise<{ findings: RedisFinding[]; json: boolean | null }> {
  const answers = new Map<string, Answer>();
  for (const [name, ...args] of neededCommands(
    server.freeKey,
    server.freeTrashKey,
    server.durability,
  )) {
    answers.set(name, await server.probe.ask(name, ...args));
  }
  const json = answers.get('JSON.TYPE');
  const findings = [
    ...missing(answers),
    ...denied(answers, server.keyPrefix),
    ...refusedWrites(answers),
  ];
  if (json?.kind === 'denied' && json.what === 'command') return { findings, json: null };
  return { findings, json: json?.kind !== 'unknown' };
}

/**
 * Checks whether one gets in without a password.
 */
export async function checkPassword({ probe }: Checked): Promise<RedisFinding[]> {
  const user = textOf(await probe.reply('ACL', 'WHOAMI'));
  const about = user === '' ? null : await probe.reply('ACL', 'GETUSER', user);
  if (about === null) {
    return [found('user_not_checked', 'Whether the user has a password could not be checked.')];
  }
  const flags = listOf(fieldsOf(about).get('flags')).map(textOf);
  const message = `The user ${JSON.stringify(user)} needs no password.`;
  return flags.includes('nopass') ? [found('user_without_password', message)] : [];
}

function missing(answers: ReadonlyMap<string, Answer>): RedisFinding[] {
  const names = namesOf(answers, ({ kind }) => kind === 'unknown');
  if (names.includes('JSON.TYPE')) {
    return [found('json_missing', 'The server has no JSON commands.')];
  }
  const needed = names.filter((name) => name !== OPTIONAL);
  return [
    ...needed.map((name) => found('command_missing', `The server does not know ${name}.`)),
    ...(names.includes(OPTIONAL)
      ? [found('json_merge_missing', 'The server does not know JSON.MERGE.')]
      : []),
  ];
}

function denied(answers: ReadonlyMap<string, Answer>, keyPrefix: string): RedisFinding[] {
  const findings: RedisFinding[] = [];
  const names = namesOf(answers, (answer) => answer.kind === 'denied' && answer.what === 'command');
  const rights = names.filter((name) => name !== OPTIONAL).map((name) => `+${name.toLowerCase()}`);
  if (rights.length > 0) {
    findings.push(found('acl_command_denied', `The user lacks ${rights.join(' ')}.`));
  }
  if (names.includes(OPTIONAL)) {
    findings.push(found('json_merge_missing', 'The user lacks +json.merge.'));
  }
  const keys = namesOf(answers, (answer) => answer.kind === 'denied' && answer.what === 'key');
  const prefixes = [
    ...(keys.some((name) => name !== OF_TRASH) ? [keyPrefix] : []),
    ...(keys.includes(OF_TRASH) ? [trashPrefix(keyPrefix)] : []),
  ].map((prefix) => JSON.stringify(prefix));
  if (prefixes.length > 0) {
    const message = `The user may not use keys that begin with ${prefixes.join(' or ')}.`;
    findings.push(found('acl_key_denied', message));
  }
  return findings;
}

function refusedWrites(answers: ReadonlyMap<string, Answer>): RedisFinding[] {
  const reasons = [...answers.values()].flatMap((answer) =>
    answer.kind === 'error' && REFUSES_WRITES.has(answer.name) ? [answer.name] : [],
  );
  return [...new Set(reasons)].map((reason) =>
    found('writes_refused', `The server refuses writes (${reason}).`),
  );
}

function namesOf(
  answers: ReadonlyMap<string, Answer>,
  matches: (answer: Answer) => boolean,
): string[] {
  return [...answers].flatMap(([name, answer]) => (matches(answer) ? [name] : []));
}
