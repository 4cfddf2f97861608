/**
 * What the scripts do with one session, as far as it matters to who wrote what how often.
 * `server-conformance.test.ts` holds it to the scripts themselves.
 *
 * @module
 */
import {
  deletionBy,
  type DeletionRecord,
  NOTHING,
  recordDeletion,
  wasDeleted,
} from './deletion-records.ts';
import type { Rules } from './rules.ts';

const WRITERS_KEPT = 32;
const WRITER_SECONDS = 600;
/** Of every session of the model. */
const OWNER = 'u';

/** The last write of one writer, as `state.writers` holds it. */
export interface WriterRecord {
  readonly writer: string;
  readonly sequence: number;
  /** Seconds. */
  readonly time: number;
}

/**
 * One life of the session.
 */
export interface Session {
  /** Of a document of the Python class without state: `created:` and its time. */
  readonly incarnation: string;
  /** `created:` and its time, by which a handle knows a document that had no state. */
  readonly born: string;
  readonly hasState: boolean;
  /** The most recent one at the end. */
  readonly writers: readonly WriterRecord[];
  /** Every append writes one entry that nobody else writes. */
  readonly entries: readonly string[];
  /** Counts the rewrites. */
  readonly generation: number;
  /** Digest of what each operation did. */
  readonly operations: Readonly<Record<string, string>>;
  /** Token of the lock, while it is live. */
  readonly lock: string | null;
}

export interface ServerState {
  readonly session: Session | null;
  /** The most recent one at the end. */
  readonly deletions: readonly DeletionRecord[];
  /** Incarnations of the lives that are over. */
  readonly past: readonly string[];
}

interface Numbered {
  readonly writer: string;
  readonly sequence: number;
  /** The life that the caller has seen. */
  readonly expect: string | null;
  /** The incarnation for a session that has none. */
  readonly incarnation: string;
  readonly operation: { readonly id: string; readonly digest: string } | null;
  readonly token: string | null;
}

export interface Append extends Numbered {
  readonly kind: 'append';
  readonly entry: string;
  readonly creates: boolean;
}

export interface Rewrite extends Numbered {
  readonly kind: 'rewrite';
  readonly version: { readonly generation: number; readonly last: string } | null;
  readonly drop: number;
  readonly forgets: boolean;
}

export interface Create {
  readonly kind: 'create';
  readonly incarnation: string;
}

export interface Remove {
  readonly kind: 'remove';
  /** Name of the call: the same when it is sent again. */
  readonly call: string;
  readonly expect: string | null;
  /** Who must own a session that was not seen. */
  readonly owner: string | null;
  readonly token: string | null;
}

export type Command = Append | Rewrite | Create | Remove;

export type Status =
  | 'OK'
  | 'SEEN'
  | 'GAP'
  | 'MISSING'
  | 'REPLACED'
  | 'FORBIDDEN'
  | 'EXISTS'
  | 'CONFLICT'
  | 'OPERATION'
  | 'LOCKED'
  | 'LOST';

export interface Reply {
  readonly status: Status;
  /** With OK, SEEN and GAP. */
  readonly incarnation: string | null;
  /** The life that this was, by a name that no other has. */
  readonly life: string | null;
  readonly repeated: boolean;
}

/**
 * What a command did.
 */
export interface Served {
  readonly server: ServerState;
  readonly reply: Reply;
  /** The life to which it was applied, by its name; null when nothing was. */
  readonly appliedTo: string | null;
}

/** Gives a server on which the session is over. */
export function withoutSession(server: ServerState): ServerState {
  const { session, past } = server;
  return session === null
    ? server
    : { ...server, session: null, past: [...past, session.incarnation] };
}

/** Names a life, also apart from an earlier one with the same incarnation. */
export function lifeOf({ session, past }: ServerState): string | null {
  if (session === null) return null;
  const { incarnation } = session;
  return `${incarnation}${"'".repeat(past.filter((one) => one === incarnation).length)}`;
}

/**
 * Runs one command.
 *
 * @param now - Seconds.
 */
export function serve(server: ServerState, command: Command, rules: Rules, now = 0): Served {
  switch (command.kind) {
    case 'create':
      return create(server, command, rules);
    case 'remove':
      return remove(server, command, rules);
    default:
      return write(server, command, rules, now);
  }
}

/** Gives the records after a write: the writer's own at the end, without what may go. */
export function recordWrite(
  writers: readonly WriterRecord[],
  { writer, sequence }: Pick<WriterRecord, 'writer' | 'sequence'>,
  now: number,
): WriterRecord[] {
  const kept = writers.filter((record) => record.writer !== writer);
  while (kept.length > WRITERS_KEPT && now - (kept[0]?.time ?? now) >= WRITER_SECONDS) kept.shift();
  return [...kept, { writer, sequence, time: now }];
}

function create(server: ServerState, { incarnation }: Create, rules: Rules): Served {
  const { session } = server;
  if (session?.hasState === true && session.incarnation === incarnation) {
    return refused(server, 'OK', session);
  }
  if (beganDeletedLife(server, incarnation, rules)) return deletedSince(server, incarnation);
  if (session !== null) return refused(server, 'EXISTS');
  const made = newSession(incarnation);
  return applied({ ...server, session: made });
}

function remove(server: ServerState, command: Remove, rules: Rules): Served {
  const { call, expect, owner, token } = command;
  const outcome = deletionBy(server.deletions, call);
  if (outcome !== null) {
    const answer = refused(server, outcome === 'deleted' ? 'OK' : 'MISSING');
    return { ...answer, reply: { ...answer.reply, repeated: outcome === 'deleted' } };
  }
  const { session } = server;
  if (session !== null && !isSameLife(session, expect)) return refused(server, 'REPLACED');
  const isForbidden = expect === null && owner !== null && owner !== OWNER;
  if (session === null || isForbidden) {
    const isRecorded = expect === null && rules.recordsNothingFound;
    const after = isRecorded ? withDeletion(server, { incarnation: NOTHING, call }) : server;
    return refused(after, session === null ? 'MISSING' : 'FORBIDDEN');
  }
  const lock = lockRefusal(session, token);
  if (lock !== null) return refused(server, lock);
  const over = withoutSession(server);
  const { incarnation } = session;
  const after = rules.recordsDeletions ? withDeletion(over, { incarnation, call }) : over;
  return { server: after, reply: reply('OK'), appliedTo: lifeOf(server) };
}

function withDeletion(server: ServerState, record: DeletionRecord): ServerState {
  return { ...server, deletions: recordDeletion(server.deletions, record) };
}

/** Whether what would begin a life is a resend of what began one that was deleted since. */
function beganDeletedLife(server: ServerState, incarnation: string, rules: Rules): boolean {
  return rules.looksAtDeletedLives && wasDeleted(server.deletions, incarnation);
}

function deletedSince(server: ServerState, incarnation: string): Served {
  const lives = server.past.filter((one) => one === incarnation).length;
  const life = `${incarnation}${"'".repeat(Math.max(0, lives - 1))}`;
  return { server, reply: { ...reply('OK'), incarnation, life }, appliedTo: null };
}

function write(server: ServerState, command: Append | Rewrite, rules: Rules, now: number): Served {
  const { session } = server;
  if (mayBegin(command) && beganDeletedLife(server, command.incarnation, rules)) {
    const { reply: answer, ...served } = deletedSince(server, command.incarnation);
    return { ...served, reply: { ...answer, repeated: true } };
  }
  if (session === null) {
    if (command.kind === 'rewrite' || !command.creates) return refused(server, 'MISSING');
    if (command.token !== null) return refused(server, 'LOST');
    if (command.sequence !== 1 && rules.refusesGaps && rules.numbersBeginLife) {
      return refused(server, 'GAP');
    }
    const made = changed(newSession(command.incarnation), command, { rules, now });
    return applied({ ...server, session: made });
  }
  const refusal = writeRefusal(session, command, rules);
  if (refusal !== null) {
    const speaksOfIt = refusal === 'repeat' || refusal === 'SEEN' || isOwnGap(session, refusal);
    const status = refusal === 'repeat' ? 'OK' : refusal;
    const answer = refused(server, status, speaksOfIt ? session : null);
    return { ...answer, reply: { ...answer.reply, repeated: refusal === 'repeat' } };
  }
  const after = changed(session, command, { rules, now });
  return applied({ ...server, session: after });
}

function mayBegin(command: Append | Rewrite): boolean {
  return command.kind === 'append' && command.creates && command.sequence === 1;
}

/** A document without state has no incarnation that a lane could have written to. */
function isOwnGap({ hasState }: Session, refusal: string): boolean {
  return refusal === 'GAP' && hasState;
}

function writeRefusal(
  session: Session,
  command: Append | Rewrite,
  rules: Rules,
): Status | 'repeat' | null {
  const { expect, writer, sequence, operation, token } = command;
  if (!isSameLife(session, expect)) return 'REPLACED';
  const seen = recognise(session.writers, { writer, sequence }, rules);
  if (seen === 'repeat') return 'repeat';
  const known = operation === null ? undefined : session.operations[operation.id];
  if (known !== undefined) {
    return known === operation?.digest ? 'SEEN' : 'OPERATION';
  }
  if (seen === 'gap' && (session.hasState || rules.numbersBeginLife)) return 'GAP';
  const lock = lockRefusal(session, token);
  if (lock !== null) return lock;
  return command.kind === 'append' || versionHolds(session, command) ? null : 'CONFLICT';
}

function recognise(
  writers: readonly WriterRecord[],
  { writer, sequence }: Pick<WriterRecord, 'writer' | 'sequence'>,
  rules: Rules,
): 'new' | 'repeat' | 'gap' {
  const last = writers.find((record) => record.writer === writer)?.sequence ?? null;
  const isRepeat =
    last !== null && (rules.repeats === 'last' ? sequence === last : sequence <= last);
  if (isRepeat) return 'repeat';
  return !rules.refusesGaps || sequence === (last ?? 0) + 1 ? 'new' : 'gap';
}

function versionHolds({ generation, entries }: Session, { version }: Rewrite): boolean {
  if (version === null) return true;
  return version.generation === generation && version.last === (entries.at(-1) ?? '');
}

function lockRefusal({ lock }: Session, token: string | null): 'LOCKED' | 'LOST' | null {
  if (token === null) return lock === null ? null : 'LOCKED';
  return lock === token ? null : 'LOST';
}

function isSameLife(session: Session, expect: string | null): boolean {
  if (expect === null) return true;
  if (expect.startsWith('created:')) return expect === session.born;
  return session.hasState && expect === session.incarnation;
}

function newSession(incarnation: string): Session {
  return {
    incarnation,
    born: `created:${incarnation}`,
    hasState: true,
    writers: [],
    entries: [],
    generation: 0,
    operations: {},
    lock: null,
  };
}

function changed(
  session: Session,
  command: Append | Rewrite,
  { rules, now }: { rules: Rules; now: number },
): Session {
  const { operation } = command;
  const before = command.kind === 'rewrite' && command.forgets ? {} : session.operations;
  const remembered =
    operation === null || !rules.remembersOperations ? {} : { [operation.id]: operation.digest };
  return {
    ...session,
    ...(command.kind === 'append'
      ? { entries: [...session.entries, command.entry] }
      : withoutLast(session, command.drop)),
    incarnation: session.hasState ? session.incarnation : command.incarnation,
    hasState: true,
    writers: recordWrite(session.writers, command, now),
    operations: { ...before, ...remembered },
  };
}

function withoutLast(
  { entries, generation }: Session,
  drop: number,
): Pick<Session, 'entries' | 'generation'> {
  const kept = entries.slice(0, Math.max(0, entries.length - drop));
  return { entries: kept, generation: kept.length < entries.length ? generation + 1 : generation };
}

function reply(status: Status): Reply {
  return { status, incarnation: null, life: null, repeated: false };
}

function refused(server: ServerState, status: Status, session: Session | null = null): Served {
  const incarnation = session?.incarnation ?? null;
  const life = session === null ? null : lifeOf(server);
  return { server, reply: { ...reply(status), incarnation, life }, appliedTo: null };
}

function applied(server: ServerState): Served {
  const life = lifeOf(server);
  const incarnation = server.session?.incarnation ?? null;
  return { server, reply: { ...reply('OK'), incarnation, life }, appliedTo: life };
}
