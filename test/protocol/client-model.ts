/**
 * What one process does with the writes to one session: `ScriptWriter`, `WriterLane` and
 * `RedisCommander`, as far as it decides what is sent and what the caller is told.
 * `client-replay.ts` holds it to them.
 *
 * @module
 */
import type { Rules } from './rules.ts';
import type { Command, Reply, Session, Status } from './server-model.ts';

/**
 * One call of a program, by a name that no other call has.
 */
export interface Step {
  readonly name: string;
  readonly kind: 'append' | 'pop' | 'clear' | 'create' | 'delete';
  /** Whether an append makes the session where none is. */
  readonly creates?: boolean;
  /** Whether it goes through a handle that has seen nothing. */
  readonly fresh?: boolean;
  readonly operation?: { readonly id: string; readonly digest: string };
  /** The step, of whichever process, that it does again once the outcome of that one is unknown. */
  readonly repeats?: string;
}

interface Lane {
  readonly writer: string;
  readonly sequence: number;
  readonly incarnation: string | null;
}

/**
 * A call under way.
 */
export interface Call {
  readonly step: string;
  readonly command: Command;
  /** The entry that a pop gives its caller. */
  readonly given: string | null;
  /** Whether an attempt before may have been applied. */
  readonly maybeApplied: boolean;
  /** Whether this is the second try, after a gap in another life. */
  readonly sentAgain: boolean;
  /** The life that the lane had written to when the call began. */
  readonly before: string | null;
  readonly repeats: boolean;
  readonly form: 'EVALSHA' | 'EVAL';
  readonly phase: 'sent' | 'paused';
  /** The reply that is on its way, to an attempt that was served. */
  readonly reply: Reply | null;
}

export interface Client {
  readonly name: string;
  readonly lane: Lane;
  readonly renewals: number;
  /** The life that its handle has seen. */
  readonly seen: string | null;
  readonly calls: readonly Call[];
}

/** As a numbered write is known to the server. */
type Identity = Pick<Lane, 'writer' | 'sequence'>;

/** Under what a write can be made again: its number, the call of a delete, the incarnation of a create. */
export type WriteName = Identity | string;

/**
 * What the caller was told.
 */
export type Outcome =
  | {
      readonly kind: 'acknowledged';
      readonly incarnation: string | null;
      readonly life: string | null;
    }
  | { readonly kind: 'unknown'; readonly operationId: WriteName | null }
  | { readonly kind: 'rejected'; readonly code: string };

/**
 * What a client does next: sends the command of its call, tells the caller, or waits.
 */
export interface Reaction {
  readonly client: Client;
  readonly sends: Call | null;
  readonly tells: Outcome | null;
}

const CODES: Readonly<Partial<Record<Status, string>>> = {
  MISSING: 'session_expired',
  REPLACED: 'session_expired',
  FORBIDDEN: 'session_expired',
  EXISTS: 'session_exists',
  CONFLICT: 'conflict',
  OPERATION: 'operation_conflict',
  LOCKED: 'session_locked',
  LOST: 'lease_lost',
};

export function newClient(name: string): Client {
  const lane = { writer: `${name}0`, sequence: 1, incarnation: null };
  return { name, lane, renewals: 0, seen: null, calls: [] };
}

/** Becomes a new writer. */
export function renew(client: Client): Client {
  const renewals = client.renewals + 1;
  const lane = { writer: `${client.name}${renewals}`, sequence: 1, incarnation: null };
  return { ...client, lane, renewals };
}

/**
 * Begins a call.
 *
 * @param session - What the caller of a pop has read.
 * @param earlier - What it repeats, by its name.
 */
export function begin(
  client: Client,
  step: Step,
  { rules, session, earlier }: { rules: Rules; session: Session | null; earlier: WriteName | null },
): Reaction {
  const { lane, calls } = client;
  const next = { writer: lane.writer, sequence: lane.sequence + calls.length };
  const name = earlier !== null && rules.repeatsUnderNumber ? earlier : next;
  const call: Call = {
    step: step.name,
    command: commandOf(client, step, { rules, session, name }),
    given: step.kind === 'pop' ? (session?.entries.at(-1) ?? null) : null,
    maybeApplied: false,
    sentAgain: false,
    before: lane.incarnation,
    repeats: earlier !== null && rules.repeatsUnderNumber,
    form: 'EVALSHA',
    phase: 'sent',
    reply: null,
  };
  return { client: { ...client, calls: [...calls, call] }, sends: call, tells: null };
}

function commandOf(
  client: Client,
  step: Step,
  { rules, session, name }: { rules: Rules; session: Session | null; name: WriteName },
): Command {
  const { seen } = client;
  const expect = step.fresh === true ? null : seen;
  if (step.kind === 'create' || step.kind === 'delete') return recognisedByName(step, name, expect);
  const incarnation = `${step.name}!`;
  const operation = step.operation ?? null;
  const { writer, sequence } = typeof name === 'string' ? client.lane : name;
  const numbered = { writer, sequence, expect, incarnation, operation, token: null };
  if (step.kind === 'append') {
    const creates = step.creates !== false && expect === null;
    return { kind: 'append', ...numbered, entry: step.repeats ?? step.name, creates };
  }
  if (step.kind === 'clear') {
    const all = { version: null, drop: Number.MAX_SAFE_INTEGER, forgets: true };
    return { kind: 'rewrite', ...numbered, ...all };
  }
  if (session === null) throw new Error(`${client.name} pops from nothing`);
  const read = { generation: session.generation, last: session.entries.at(-1) ?? '' };
  return {
    kind: 'rewrite',
    ...numbered,
    expect: session.incarnation,
    version: rules.namesVersion ? read : null,
    drop: 1,
    forgets: false,
  };
}

/** A create by the incarnation that it gives, a delete by the name of its call. */
function recognisedByName(step: Step, name: WriteName, expect: string | null): Command {
  const earlier = typeof name === 'string' ? name : null;
  if (step.kind === 'create') return { kind: 'create', incarnation: earlier ?? `${step.name}!` };
  return { kind: 'remove', call: earlier ?? step.name, expect, owner: null, token: null };
}

/** Takes the reply that is on its way. */
export function takeReply(client: Client, call: Call, rules: Rules): Reaction {
  const { reply, command } = call;
  if (reply === null) throw new Error('there is no reply');
  const isNumbered = command.kind === 'append' || command.kind === 'rewrite';
  if (call.repeats || !isNumbered) return end(client, call, told(call, rules));
  if (reply.status === 'GAP') return takeGap(client, call, rules);
  if (reply.status !== 'OK') {
    const isLast = isFinal(call) || rules.trustsRefusals;
    const isFree = call.maybeApplied ? !rules.renewsAfterUnknown : isLast || rules.reusesNumbers;
    return end(isFree ? client : renew(client), call, told(call, rules));
  }
  const { lane } = client;
  // A lane with one write in flight still is the writer of the call.
  const next = { ...lane, sequence: lane.sequence + 1, incarnation: reply.incarnation };
  const counted = lane.writer === command.writer ? { ...client, lane: next } : client;
  return end(counted, call, told(call, rules));
}

function takeGap(client: Client, call: Call, rules: Rules): Reaction {
  const { command, reply, before, sentAgain } = call;
  if (command.kind !== 'append' && command.kind !== 'rewrite') throw new Error('has no number');
  const isAnother = reply?.incarnation !== before;
  if (!sentAgain && (isAnother || !rules.gapIsUnknown)) {
    const sender = rules.renewsForAnotherLife ? renew(client) : client;
    const { writer, sequence } = sender.lane;
    const number = rules.renewsForAnotherLife ? { writer, sequence } : { writer, sequence: 1 };
    const fresh = { ...call, command: { ...command, ...number }, reply: null };
    return send(sender, call, { ...fresh, sentAgain: true, maybeApplied: false, form: 'EVALSHA' });
  }
  return end(renew(client), call, { kind: 'unknown', operationId: nameOf(command) });
}

/** What a reply means to the caller. */
function told(call: Call, rules: Rules): Outcome {
  const { command, reply, maybeApplied } = call;
  const { status = 'MISSING', incarnation = null, life = null } = reply ?? {};
  if (status === 'OK' || status === 'SEEN') return { kind: 'acknowledged', incarnation, life };
  const isUnknown = maybeApplied && !isFinal(call) && !isTrusted(call, rules);
  if (isUnknown || status === 'GAP') return { kind: 'unknown', operationId: nameOf(command) };
  return { kind: 'rejected', code: CODES[status] ?? status };
}

/** Whether it is told as it is, although it may not be the last word. */
function isTrusted({ command }: Call, rules: Rules): boolean {
  if (command.kind === 'remove') return rules.trustsLockedDeletes;
  return command.kind === 'create' ? rules.trustsExistingSessions : rules.trustsRefusals;
}

/**
 * Whether a refusal holds for an attempt that may arrive later, too: a life that is over and a version
 * that was left do not come back, and a delete that found nothing is remembered.
 */
function isFinal({ command, reply }: Call): boolean {
  if (command.kind === 'remove') return reply?.status !== 'LOCKED';
  if (command.kind === 'create') return reply?.status !== 'EXISTS';
  if (reply?.status === 'MISSING') return command.expect !== null;
  if (reply?.status === 'CONFLICT') return command.kind === 'rewrite';
  return ['SEEN', 'OPERATION', 'REPLACED'].includes(reply?.status ?? '');
}

/** The connection is gone, and with it the answer. */
export function loseAnswer(client: Client, call: Call, rules: Rules): Reaction {
  const maybeApplied = rules.knowsUnanswered || call.maybeApplied;
  return pause(client, call, { ...call, maybeApplied });
}

/** The attempt never reached the server, or was refused for now. */
export function takeRefusal(client: Client, call: Call): Reaction {
  return pause(client, call, call);
}

function pause(client: Client, call: Call, after: Call): Reaction {
  const paused = { ...after, phase: 'paused' as const, form: 'EVALSHA' as const, reply: null };
  return { client: replace(client, call, paused), sends: null, tells: null };
}

/** Sends the same command again. */
export function resend(client: Client, call: Call): Reaction {
  return send(client, call, { ...call, phase: 'sent' });
}

/** The server does not know the script. */
export function takeNoScript(client: Client, call: Call): Reaction {
  return send(client, call, { ...call, form: 'EVAL' });
}

/** The server is at its memory limit. */
export function takeOutOfMemory(client: Client, call: Call, rules: Rules): Reaction {
  return fail(client, call, { rules, maybeApplied: call.maybeApplied, code: 'out_of_memory' });
}

/** The time of the call is up, or its signal has aborted it. */
export function runOutOfTime(client: Client, call: Call, rules: Rules): Reaction {
  const maybeApplied = call.maybeApplied || call.phase === 'sent';
  return fail(client, call, { rules, maybeApplied, code: 'store_unavailable' });
}

function fail(
  client: Client,
  call: Call,
  { rules, maybeApplied, code }: { rules: Rules; maybeApplied: boolean; code: string },
): Reaction {
  const { command, repeats } = call;
  const isNumbered = command.kind === 'append' || command.kind === 'rewrite';
  const renews = isNumbered && !repeats && rules.renewsAfterUnknown;
  const outcome: Outcome =
    maybeApplied && (rules.knowsUnanswered || call.maybeApplied)
      ? { kind: 'unknown', operationId: nameOf(command) }
      : { kind: 'rejected', code };
  return end(renews ? renew(client) : client, call, outcome);
}

function send(client: Client, call: Call, after: Call): Reaction {
  return { client: replace(client, call, after), sends: after, tells: null };
}

function end(client: Client, call: Call, outcome: Outcome): Reaction {
  const calls = client.calls.filter(({ step }) => step !== call.step);
  const seen = outcome.kind === 'acknowledged' ? (outcome.incarnation ?? client.seen) : client.seen;
  return { client: { ...client, calls, seen }, sends: null, tells: outcome };
}

function replace(client: Client, call: Call, after: Call): Client {
  const calls = client.calls.map((one) => (one.step === call.step ? after : one));
  return { ...client, calls };
}

function nameOf(command: Command): WriteName {
  if (command.kind === 'create') return command.incarnation;
  if (command.kind === 'remove') return command.call;
  return { writer: command.writer, sequence: command.sequence };
}
