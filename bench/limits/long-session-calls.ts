/**
 * The public calls of a session, as they are made on a long one: of up to 500 entries and 256 KiB.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { JSONSession } from 'agents-json-session';

import { messageItems } from '../peers/conversation-items.ts';

/** Most entries that a call adds or takes away here. */
const MOST = 500;

/** The path that keeps a server busy for longest: as many questions as are taken of every value. */
const MOST_WORK = `$..[?${Array.from({ length: 16 }, (_, at) => `@.content == '${at}'`).join(' || ')}]`;

/**
 * One call, by a name; `turn` is a number that is never the same twice.
 */
export interface LongSessionCall {
  readonly name: string;
  readonly run: (session: JSONSession, turn: number) => Promise<unknown>;
  /** Adds what the call takes away, or the like; not measured. */
  readonly before?: (session: JSONSession, turn: number) => Promise<unknown>;
  /** Whether it needs a session of its own, as it leaves nothing of a long one. */
  readonly isFinal?: boolean;
  /** Whether the process has read the history before. */
  readonly isWarm?: boolean;
}

const READS: LongSessionCall[] = [
  { name: 'getItems(), first read', run: (session) => session.getItems() },
  {
    name: 'getItems(), 4 items new',
    isWarm: true,
    before: (session, turn) => session.addItems(messageItems(`${turn}`, 0, 4)),
    run: (session) => session.getItems(),
  },
  { name: 'getItems(20)', run: (session) => session.getItems(20) },
  { name: 'getMessages()', run: (session) => session.getMessages() },
  { name: 'getMessages({ limit: 20 })', run: (session) => session.getMessages({ limit: 20 }) },
  {
    name: "getMessages({ role: 'user', limit: 10 })",
    run: (session) => session.getMessages({ role: 'user', limit: 10 }),
  },
  {
    name: "getMessages({ agent: 'Nobody' })",
    run: (session) => session.getMessages({ agent: 'Nobody' }),
  },
  { name: 'getTurns()', run: (session) => session.getTurns() },
  { name: 'query, of the newest 20', run: (session) => session.query('$.messages[-20:].role') },
  {
    name: 'query, of a role',
    run: (session) => session.query("$.messages[?@.role == 'user'].id"),
  },
  { name: 'query, the most work', run: (session) => session.query(MOST_WORK) },
  { name: 'getMetadata()', run: (session) => session.getMetadata() },
];

const WRITES: LongSessionCall[] = [
  {
    name: 'addMessage',
    run: (session, turn) =>
      session.addMessage({ role: 'user', content: `turn ${turn}`, agent: 'Triage', tokens: 7 }),
  },
  {
    name: 'addItems of 4',
    run: (session, turn) => session.addItems(messageItems(`${turn}`, 0, 4)),
  },
  {
    name: `addItems of ${MOST}, 256 KiB`,
    run: (session, turn) => session.addItems(fullItems(turn)),
  },
  { name: 'popItem', run: (session) => session.popItem() },
  { name: 'popTurn', run: (session) => session.popTurn() },
  {
    name: `undoTo, of ${MOST}`,
    before: (session, turn) => session.addItems(fullItems(turn)),
    run: async (session) => {
      const [oldest] = await session.getMessages({ limit: MOST });
      return session.undoTo(oldest?.id ?? '');
    },
  },
  {
    name: `applyHistoryTransaction, ${MOST} for ${MOST}`,
    before: (session, turn) => session.addItems(fullItems(turn)),
    run: (session, turn) =>
      session.applyHistoryTransaction({
        operationId: `transaction ${turn}`,
        transaction: {
          type: 'replace_suffix',
          expectedSuffix: fullItems(turn),
          replacement: fullItems(turn + 0.5),
        },
      }),
  },
  {
    name: `applyHistoryMutations, ${MOST} back`,
    before: (session, turn) =>
      session.addItems([toolCall(turn, 1), ...messageItems(`${turn}`, 0, MOST - 1)]),
    run: (session, turn) =>
      session.applyHistoryMutations({
        mutations: [
          {
            type: 'replace_function_call',
            callId: `call ${turn}`,
            replacement: toolCall(turn, 2),
          },
        ],
      }),
  },
  {
    name: 'replaceHistoryWithCompaction',
    run: (session, turn) => session.replaceHistoryWithCompaction(messageItems(`${turn}`, 0, 20)),
    isFinal: true,
  },
  {
    name: 'once',
    run: (session, turn) =>
      session.once(`job ${turn}`, () => session.addItems(messageItems(`${turn}`, 0, 4))),
  },
  { name: 'exclusive', run: (session) => session.exclusive(() => session.getItems(1)) },
  { name: 'trackAgent', run: (session, turn) => session.trackAgent(`Agent ${turn % 5}`) },
  {
    name: 'setAttributes',
    run: (session, turn) => session.setAttributes({ title: `turn ${turn}` }),
  },
  {
    name: 'setHandoffContext',
    run: (session, turn) => session.setHandoffContext({ reason: `turn ${turn}` }),
  },
  { name: 'touch', run: (session) => session.touch() },
  { name: 'clear', run: (session) => session.clear(), isFinal: true },
  { name: 'delete', run: (session) => session.delete(), isFinal: true },
];

/**
 * All of them, reads first.
 */
export const LONG_SESSION_CALLS: readonly LongSessionCall[] = [...READS, ...WRITES];

/** So many items as a call may have here: about 256 KiB of JSON. */
function fullItems(turn: number): AgentInputItem[] {
  return messageItems(`${turn}`, 0, MOST, 420);
}

function toolCall(turn: number, version: number) {
  return {
    type: 'function_call' as const,
    callId: `call ${turn}`,
    name: 'search',
    status: 'completed' as const,
    arguments: JSON.stringify({ version }),
  };
}
