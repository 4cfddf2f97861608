/**
 * What can happen next in a world, and the worlds that it leads to.
 *
 * @module
 */
import {
  begin,
  type Call,
  type Client,
  loseAnswer,
  type Reaction,
  renew,
  resend,
  runOutOfTime,
  type Step,
  takeNoScript,
  takeOutOfMemory,
  takeRefusal,
  takeReply,
  type WriteName,
} from './client-model.ts';
import { type DeletionRecord, wasDeleted } from './deletion-records.ts';
import { afterApplication, afterOutcome, isApplied, isSettled } from './invariants.ts';
import type { Rules } from './rules.ts';
import { type Command, type Reply, serve, type Session, withoutSession } from './server-model.ts';
import {
  type Budget,
  type Message,
  type Scenario,
  withMessage,
  withoutMessage,
  type World,
} from './world.ts';

/** What happens to one client. */
export interface ClientEvent {
  readonly client: number;
  readonly what:
    | 'begins'
    | 'is answered'
    | 'loses the answer'
    | 'is refused'
    | 'sends again'
    | 'gets NOSCRIPT'
    | 'gets OOM'
    | 'is out of time'
    | 'is idle';
  readonly step: Step | null;
  readonly reply: Reply | null;
  readonly before: Client;
  readonly reaction: Reaction;
  /** What the caller of a pop has read. */
  readonly session: Session | null;
  readonly earlier: WriteName | null;
}

/**
 * One thing that can happen.
 */
export interface Transition {
  /** For people. */
  readonly label: string;
  readonly world: World;
  /** What is wrong with the world now, or null. */
  readonly violation: string | null;
  /** What it is to a client, if it is anything to one. */
  readonly event: ClientEvent | null;
}

interface Setting {
  readonly world: World;
  readonly scenario: Scenario;
  readonly rules: Rules;
}

/** Gives all that can happen next. */
export function transitions(world: World, scenario: Scenario, rules: Rules): Transition[] {
  const setting = { world, scenario, rules };
  return [
    ...world.clients.flatMap((client, index) => [
      ...beginnings(setting, index),
      ...client.calls.flatMap((call) => ofCall(setting, index, call)),
      ...idleness(setting, index),
    ]),
    ...world.messages.flatMap((message) => arrivals(setting, message)),
    ...fromOutside(setting),
  ];
}

function beginnings(setting: Setting, index: number): Transition[] {
  const { world, scenario, rules } = setting;
  const step = scenario.programs[index]?.[world.begun[index] ?? 0];
  const client = clientAt(world, index);
  if (step === undefined || client.calls.length >= rules.inFlight) return [];
  const { session } = world.server;
  if (step.kind === 'pop' && (session?.entries.length ?? 0) === 0) return [];
  const first = step.repeats === undefined ? undefined : world.outcomes[step.repeats];
  const earlier = first?.kind === 'unknown' ? first.operationId : null;
  if (step.repeats !== undefined && earlier === null) return [];
  const begun = world.begun.map((count, at) => (at === index ? count + 1 : count));
  const reaction = begin(client, step, { rules, session, earlier });
  const event = { client: index, step, earlier, session, what: 'begins', reply: null } as const;
  return [
    after({ ...setting, world: { ...world, begun } }, { ...event, before: client, reaction }),
  ];
}

function ofCall(setting: Setting, index: number, call: Call): Transition[] {
  const { world, rules } = setting;
  const client = clientAt(world, index);
  const happens = (
    what: ClientEvent['what'],
    reaction: Reaction,
    { costs, gone = false }: { costs?: keyof Budget; gone?: boolean } = {},
  ): Transition[] => {
    const left = costs === undefined ? world : spend(setting, costs);
    if (left === null) return [];
    const messages = withoutAnswer(left.messages, call, gone);
    const event = { client: index, step: null, session: null, earlier: null, what };
    const { reply } = call;
    const next = { ...setting, world: { ...left, messages } };
    return [after(next, { ...event, reply, before: client, reaction })];
  };
  const late = happens('is out of time', runOutOfTime(client, call, rules), { costs: 'timeouts' });
  if (call.phase === 'paused') return [...happens('sends again', resend(client, call)), ...late];
  const lost = [
    ...late,
    ...happens('loses the answer', loseAnswer(client, call, rules), { costs: 'cuts' }),
    ...silentResend(setting, index, call),
  ];
  if (call.reply !== null) {
    return [...happens('is answered', takeReply(client, call, rules)), ...lost];
  }
  const refused = takeRefusal(client, call);
  const isFull = takeOutOfMemory(client, call, rules);
  return [
    ...lost,
    ...happens('is refused', refused, { costs: 'refusals', gone: true }),
    ...happens('gets OOM', isFull, { costs: 'memoryLimits', gone: true }),
    ...(call.form === 'EVAL'
      ? []
      : happens('gets NOSCRIPT', takeNoScript(client, call), {
          costs: 'unknownScripts',
          gone: true,
        })),
  ];
}

/** What the client waited for is gone, or arrives when nobody waits. */
function withoutAnswer(messages: readonly Message[], { step }: Call, gone: boolean): Message[] {
  const awaited = messages.find((message) => message.awaited && message.step === step);
  if (awaited === undefined) return [...messages];
  const others = withoutMessage(messages, awaited);
  return gone ? others : withMessage(others, { ...awaited, awaited: false });
}

function silentResend(setting: Setting, index: number, call: Call): Transition[] {
  const left = spend(setting, 'silentResends');
  if (left === null) return [];
  const clients = withCall(left.clients, index, { ...call, reply: null });
  const messages = withMessage(withoutAnswer(left.messages, call, false), toMessage(index, call));
  const label = `the library of ${clientAt(left, index).name} sends ${call.step} again`;
  const resent = [...new Set([...left.resent, call.step])].toSorted();
  return [{ label, world: { ...left, clients, messages, resent }, violation: null, event: null }];
}

function toMessage(client: number, { step, command, given, form }: Call): Message {
  return { step, client, command, given, form, awaited: true };
}

/** The world after a client has reacted. */
function after(setting: Setting, event: ClientEvent): Transition {
  const { world, scenario } = setting;
  const { client: index, reaction, before } = event;
  const { client, sends, tells } = reaction;
  const clients = world.clients.map((one, at) => (at === index ? client : one));
  const ended = before.calls.find((call) => !client.calls.some(({ step }) => step === call.step));
  const messages =
    sends === null ? world.messages : withMessage(world.messages, toMessage(index, sends));
  const outcomes =
    tells === null || ended === undefined
      ? world.outcomes
      : { ...world.outcomes, [ended.step]: tells };
  const next = { ...world, clients, messages, outcomes };
  const isOver = tells !== null && ended !== undefined;
  const violation = isOver ? afterOutcome(next, scenario, ended.step) : null;
  const label = labelOf(event, ended?.step);
  return { label, world: next, violation, event };
}

function labelOf({ reaction, step, reply, before, what }: ClientEvent, ended?: string): string {
  const { client, sends, tells } = reaction;
  const name = ended ?? sends?.step ?? step?.name ?? before.calls[0]?.step ?? '';
  const answer = reply === null ? '' : ` (${reply.status})`;
  const told = tells === null ? '' : `: ${toText(tells)}`;
  return `${client.name} ${what}${answer} for ${name}${told}`;
}

function toText(outcome: NonNullable<Reaction['tells']>): string {
  if (outcome.kind === 'acknowledged') return `acknowledged in ${outcome.life ?? 'no life'}`;
  return outcome.kind === 'unknown' ? 'outcome unknown' : outcome.code;
}

function arrivals(setting: Setting, message: Message): Transition[] {
  const { world, scenario, rules } = setting;
  const { command, step } = message;
  const { server, reply, appliedTo } = serve(world.server, command, rules);
  const messages = withoutMessage(world.messages, message);
  const call = clientAt(world, message.client).calls.find((one) => one.step === step);
  const clients =
    message.awaited && call !== undefined
      ? withCall(world.clients, message.client, { ...call, reply })
      : world.clients;
  const isOver = world.server.session !== null && server.session === null;
  const arrived = { ...world, server, clients, messages };
  const next = isOver ? afterLife({ ...setting, world: arrived }) : arrived;
  const number = 'sequence' in command ? ` (${command.writer}:${command.sequence})` : '';
  const label = `${message.awaited ? '' : 'late, '}${step}${number} arrives: ${reply.status}`;
  if (appliedTo === null) return [{ label, world: next, violation: null, event: null }];
  const removed = removedFrom(world.server.session, server.session, command.kind);
  const application = { life: appliedTo, removed };
  return [{ label, ...afterApplication(next, scenario, { message, ...application }), event: null }];
}

function removedFrom(before: Session | null, now: Session | null, kind: string): string[] {
  if (kind !== 'rewrite') return [];
  return (before?.entries ?? []).filter((entry) => !(now?.entries ?? []).includes(entry));
}

/** Ten minutes pass for a writer. Its client renews an idle lane by itself, and repeats nothing so old. */
function idleness(setting: Setting, index: number): Transition[] {
  const { scenario, rules } = setting;
  const left = spend(setting, 'idleWriters');
  const session = left?.server.session;
  const client = clientAt(setting.world, index);
  if (left === null || session == null) return [];
  const isOwn = (writer: string): boolean => writer.startsWith(client.name);
  const stays = rules.keepsRecords === 'those of number 1';
  const kept = session.writers.filter(
    ({ writer, sequence }) => !isOwn(writer) || (stays && sequence === 1),
  );
  if (kept.length === session.writers.length) return [];
  const server = { ...left.server, session: { ...session, writers: kept } };
  const label = `ten minutes pass for ${client.name}`;
  if (rules.keepsRecords !== 'all') {
    return [{ label, world: { ...left, server }, violation: null, event: null }];
  }
  const carriesOwn = ({ command }: { command: Call['command'] }): boolean =>
    'writer' in command && isOwn(command.writer);
  const isBusy =
    left.messages.some(carriesOwn) || left.clients.some(({ calls }) => calls.some(carriesOwn));
  if (isBusy) return [];
  const outcomes = { ...left.outcomes };
  for (const { name } of scenario.programs[index] ?? []) {
    if (outcomes[name]?.kind === 'unknown') outcomes[name] = { kind: 'unknown', operationId: null };
  }
  const reaction = { client: renew(client), sends: null, tells: null };
  const event = { client: index, step: null, reply: null, session: null, earlier: null } as const;
  const next = { ...setting, world: { ...left, server, outcomes } };
  return [{ ...after(next, { ...event, what: 'is idle', before: client, reaction }), label }];
}

function fromOutside(setting: Setting): Transition[] {
  const { session } = setting.world.server;
  const happens = (
    label: string,
    costs: keyof Budget | null,
    change: Session | null,
  ): Transition[] => {
    const left = costs === null ? setting.world : spend(setting, costs);
    if (left === null) return [];
    const server =
      change === null ? withoutSession(left.server) : { ...left.server, session: change };
    const changed = { ...left, server };
    const world = change === null ? afterLife({ ...setting, world: changed }) : changed;
    return [{ label, world, violation: null, event: null }];
  };
  if (session === null) {
    const born = `created:p${setting.world.spent.pythonDocuments}`;
    const python = { born, incarnation: born, hasState: false, writers: [], entries: [] };
    const made = { ...python, generation: 0, operations: {}, lock: null };
    return happens('Python makes a document', 'pythonDocuments', made);
  }
  return [
    ...happens('the session expires', 'expiries', null),
    ...(session.lock === null
      ? session.hasState
        ? happens('somebody locks', 'locks', { ...session, lock: 'other' })
        : []
      : happens('somebody unlocks', null, { ...session, lock: null })),
  ];
}

/**
 * What was sent twice and was applied or refused does not arrive in another life, by assumption; but it
 * may where the server has to notice.
 */
function afterLife({ world, scenario }: Setting): World {
  if (scenario.beyond === 'late in the next life') return world;
  const messages = world.messages.filter(
    ({ step, awaited, command }) =>
      awaited ||
      isNoticed(command, world.server.deletions) ||
      !(isSettled(world, scenario, step) || isApplied(world, scenario, step)),
  );
  return { ...world, messages };
}

/** Deletes are remembered, and so is what began a life that was deleted; the rest has to name its life. */
function isNoticed(command: Command, deletions: readonly DeletionRecord[]): boolean {
  if (command.kind === 'remove') return true;
  const namesLife = command.kind !== 'create' && command.expect !== null;
  return namesLife || wasDeleted(deletions, command.incarnation);
}

function spend({ world, scenario }: Setting, what: keyof Budget): World | null {
  const spent = world.spent[what];
  if (spent >= (scenario.budget[what] ?? 0)) return null;
  return { ...world, spent: { ...world.spent, [what]: spent + 1 } };
}

function withCall(clients: readonly Client[], index: number, call: Call): Client[] {
  return clients.map((client, at) =>
    at === index
      ? { ...client, calls: client.calls.map((one) => (one.step === call.step ? call : one)) }
      : client,
  );
}

function clientAt(world: World, index: number): Client {
  const client = world.clients[index];
  if (client === undefined) throw new Error(`There is no client ${index}`);
  return client;
}
