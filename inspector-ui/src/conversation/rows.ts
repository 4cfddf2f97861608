/**
 * A conversation as a list of rows.
 *
 * @module
 */
import type { Message } from '../api/types.ts';
import { dayOf } from '../text/times.ts';
import { callIdOf, kindOf } from './items.ts';

/** What every row has. */
interface RowBase {
  /** Unique in the conversation. */
  key: string;
  /** The message that the row shows, or the first of them. */
  message: Message;
  /** Whether it is no longer what the model sees. */
  isBefore: boolean;
}

/** One row. */
export type Row = RowBase &
  (
    | { kind: 'message'; showsAuthor: boolean }
    | { kind: 'call'; result: Message | undefined; showsAuthor: boolean }
    | { kind: 'reasoning'; showsAuthor: boolean }
    | { kind: 'other'; showsAuthor: boolean }
    | { kind: 'handoff'; from: string; to: string; result: Message | undefined }
    | { kind: 'compaction'; hidden: number }
    | { kind: 'day' }
  );

/** Gives the rows of messages in a row. */
export function rowsOf(messages: readonly Message[]): Row[] {
  const results = resultsOf(messages);
  const start = historyStart(messages);
  const rows: Row[] = [];
  const shownResults = new Set<Message>();
  let day = '';
  let author: string | undefined;
  for (const [index, message] of messages.entries()) {
    const base = { message, isBefore: index < start };
    if (index === start && start > 0) {
      rows.push({ ...base, key: `compaction ${message.id}`, kind: 'compaction', hidden: start });
      author = undefined;
    }
    if (dayOf(message.timestamp) !== day) {
      day = dayOf(message.timestamp);
      rows.push({ ...base, key: `day ${message.id}`, kind: 'day' });
      author = undefined;
    }
    if (shownResults.has(message)) continue;
    const row = rowOf(message, results, base, author);
    for (const one of row) if ('result' in one && one.result) shownResults.add(one.result);
    rows.push(...row);
    author = row.at(-1)?.kind === 'handoff' ? undefined : authorOf(message);
  }
  return rows;
}

/** Gives who a message is of, so that it is said once for all that follow. */
function authorOf({ role, agent }: Message): string {
  return role === 'user' || role === 'system' ? role : `agent ${agent ?? ''}`;
}

function rowOf(
  message: Message,
  results: ReadonlyMap<Message, Message>,
  base: Omit<RowBase, 'key'>,
  author: string | undefined,
): Row[] {
  const { id } = message;
  const common = { ...base, key: id, showsAuthor: author !== authorOf(message) };
  const kind = kindOf(message);
  const result = results.get(message);
  const handoff = result?.handoff ?? message.handoff;
  if (kind === 'call') {
    return handoff === undefined
      ? [{ ...common, kind, result }]
      : [{ ...common, kind: 'handoff', ...handoff, result }];
  }
  const row: Row =
    kind === 'result' ? { ...common, kind: 'call', result: undefined } : { ...common, kind };
  if (handoff === undefined) return [row];
  const line: Row = {
    ...base,
    key: `handoff ${id}`,
    kind: 'handoff',
    ...handoff,
    result: undefined,
  };
  return [line, { ...row, showsAuthor: true } as Row];
}

/** The result of each call: the next one with its id. */
function resultsOf(messages: readonly Message[]): Map<Message, Message> {
  const open = new Map<string, Message>();
  const results = new Map<Message, Message>();
  for (const message of messages) {
    const id = callIdOf(message);
    if (id === undefined) continue;
    const kind = kindOf(message);
    if (kind === 'call') open.set(id, message);
    const call = kind === 'result' ? open.get(id) : undefined;
    if (call === undefined) continue;
    results.set(call, message);
    open.delete(id);
  }
  return results;
}

/** The index from which on the model sees messages; 0 where it sees all that could be seen. */
function historyStart(messages: readonly Message[]): number {
  const first = messages.findIndex(({ inHistory }) => inHistory);
  const hides = messages.slice(0, Math.max(first, 0)).some(({ item }) => item !== undefined);
  return hides ? first : 0;
}
