/**
 * Between the words of the model and those of the scripts.
 *
 * @module
 */
import type { DeletionRecord } from './deletion-records.ts';
import type { Command, Remove, Reply, Session, Status, WriterRecord } from './server-model.ts';

const LONG_FROM_NOW = 4_000_000_000;
/** The incarnation that the stored document of another life would have. */
const CREATED_AT = 5;

/** A document as the model's session would be stored. */
export function documentOf(session: Session): object {
  const { incarnation, writers, operations, lock, hasState } = session;
  const ours = {
    state: {
      schema: 1,
      incarnation,
      ttl: null,
      generation: session.generation,
      changes: [],
      history_start: null,
      writers: writers.map((one) => `${one.writer}:${one.sequence}:${one.time};`).join(''),
      lock: lock === null ? null : { token: lock, until: LONG_FROM_NOW },
    },
    operations: Object.fromEntries(
      Object.entries(operations).map(([id, digest]) => [id, `${digest}:1`]),
    ),
    attributes: {},
    usage: {},
  };
  return {
    session_id: 's',
    user_id: 'u',
    created_at: CREATED_AT,
    updated_at: CREATED_AT,
    metadata: {
      current_agent: null,
      agents_used: [],
      message_count: session.entries.length,
      total_tokens: 0,
    },
    messages: session.entries.map(entryOf),
    handoff_context: null,
    ...(hasState ? ours : {}),
  };
}

function entryOf(id: string): object {
  return { id, role: 'user', content: id, timestamp: 1, agent: null, tokens: null };
}

/** What the command is to its script. */
export function commandArguments(command: Command): string[] {
  if (command.kind === 'create') return [command.incarnation, '', '"s"', '"u"', ''];
  if (command.kind === 'remove') return removeArguments(command);
  const { operation } = command;
  const numbered = [
    command.expect ?? '',
    '',
    command.writer,
    String(command.sequence),
    command.incarnation,
    '',
    '1',
    operation?.id ?? '',
    operation?.digest ?? '',
    '',
    command.token ?? '',
  ];
  if (command.kind === 'append') {
    const { entry, creates } = command;
    const { timestamp: _, ...added } = entryOf(entry) as { timestamp: number };
    return [
      ...numbered,
      ...(creates ? ['"s"', '"u"'] : ['', '']),
      '',
      '',
      '',
      '',
      '',
      JSON.stringify(added).slice(0, -1),
    ];
  }
  const { version, drop, forgets } = command;
  const expected = version === null ? ['', ''] : [String(version.generation), version.last];
  return [...numbered, ...expected, String(drop), forgets ? '1' : '0', '0', '0', '0', ''];
}

function removeArguments({ expect, owner, token, call }: Remove): string[] {
  return [expect ?? '', owner ?? '', token ?? '', call, ''];
}

/** How many keys its script takes, the session's among them. */
export function keyCount(command: Command): number {
  if (command.kind === 'remove') return 3;
  return command.kind === 'create' || (command.kind === 'append' && command.creates) ? 2 : 1;
}

/** The records as they stand in their key. */
export function deletionsText(records: readonly DeletionRecord[]): string {
  return records
    .map(({ incarnation, call }) => `${incarnation.replaceAll(':', '=')}:${call};`)
    .join('');
}

/** What the reply is to the model. */
export function modelReply(reply: unknown): Omit<Reply, 'life'> {
  const [status = '', first = '', , , repeated = ''] = (reply as unknown[]).map(String);
  const speaksOfIt = status === 'OK' || status === 'SEEN' || status === 'GAP';
  return {
    status: status as Status,
    incarnation: speaksOfIt && first !== '' ? first : null,
    repeated: repeated === '1',
  };
}

interface Stored {
  readonly created_at: number;
  readonly messages: readonly { id: string }[];
  readonly operations?: Readonly<Record<string, string>>;
  readonly state?: {
    readonly incarnation: string;
    readonly generation: number;
    readonly writers: string;
    readonly lock?: { token: string } | null;
  };
}

/**
 * What the stored document is to the model. A generation that has changed counts as the next one; of
 * records that are new the time is 0.
 */
export function modelSession(text: string | null, before: Session | null): Session | null {
  if (text === null) return null;
  const { messages, state, operations = {}, created_at: createdAt } = JSON.parse(text) as Stored;
  const generation = before?.generation ?? 0;
  const stored: Partial<NonNullable<Stored['state']>> = state ?? {};
  const { incarnation, writers = '', lock } = stored;
  const isSame = (stored.generation ?? generation) === generation;
  const born = `created:${before === null ? incarnation : createdAt}`;
  return {
    incarnation: incarnation ?? born,
    born,
    hasState: state !== undefined,
    writers: recordsOf(writers),
    entries: messages.map(({ id }) => id),
    generation: isSame ? generation : generation + 1,
    operations: Object.fromEntries(
      Object.entries(operations).map(([id, value]) => [id, value.split(':')[0] ?? '']),
    ),
    lock: lock?.token ?? null,
  };
}

function recordsOf(writers: string): WriterRecord[] {
  const records = writers.matchAll(/(?<writer>\w+):(?<sequence>\d+):(?<time>[\d.]+);/gu);
  return [...records].map(({ groups = {} }) => {
    const { writer = '', sequence, time = '' } = groups;
    return { writer, sequence: Number(sequence), time: time.includes('.') ? 0 : Number(time) };
  });
}
