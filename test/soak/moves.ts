/**
 * How each kind of call is made.
 *
 * @module
 */
import { Agent, Runner, tool } from '@openai/agents-core';
import type { AgentInputItem } from '@openai/agents-core';
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing';
import type { JSONSession, Message, MessageFilter } from '../../src/index.ts';
import { addPythonMessage } from '../faults/python-writer.ts';
import type { Call, Kind, Selection } from './call.ts';
import { callIdOf, itemsFor, messageFor, textIn } from './texts.ts';

const RECENT_MS = 2000;

/** A connection that sends plain commands. */
export interface Connection {
  sendCommand(args: string[]): Promise<unknown>;
}

/**
 * What a call is made with.
 */
export interface Move {
  readonly session: JSONSession;
  readonly call: Call;
  /** The key of the session. */
  readonly key: string;
  /** What a `replace` is to replace. */
  readonly suffix: AgentInputItem[];
  /** The message that `undoTo` names. */
  readonly messageId: string;
  readonly python: Connection | null;
}

/** What a call gave. */
export type Given = Partial<Pick<Call, 'found' | 'removed' | 'wasThere'>>;

/** `exclusive` is made of calls. */
export const MOVES: Readonly<Record<Exclude<Kind, 'exclusive'>, (move: Move) => Promise<Given>>> = {
  async create({ session }) {
    await session.create();
    return {};
  },
  async addMessage({ session, call }) {
    await session.addMessage({ ...messageFor(call), ...repeatable(call) });
    return {};
  },
  async addItems({ session, call }) {
    await session.addItems(itemsFor(call), undefined, repeatable(call));
    return {};
  },
  async append({ session, call }) {
    const transaction = { type: 'append_items', items: itemsFor(call) } as const;
    await session.applyHistoryTransaction({ operationId: call.operationId ?? '', transaction });
    return {};
  },
  async replace({ session, call, suffix }) {
    const transaction = {
      type: 'replace_suffix',
      expectedSuffix: suffix,
      replacement: itemsFor(call),
    } as const;
    await session.applyHistoryTransaction({ operationId: call.operationId ?? '', transaction });
    return {};
  },
  async run({ session, call }) {
    await takeTurn(session, call);
    return {};
  },
  python: writeAsPython,
  async popItem({ session }) {
    const item = await session.popItem();
    return { removed: item === undefined ? [] : [textIn(item)] };
  },
  async popTurn({ session }) {
    return { removed: textsIn(await session.popTurn()) };
  },
  async undoTo({ session, messageId }) {
    return { removed: textsIn(await session.undoTo(messageId)) };
  },
  async clear({ session }) {
    await session.clear();
    return {};
  },
  async clearSession({ session }) {
    await session.clearSession();
    return {};
  },
  async delete({ session }) {
    return { wasThere: await session.delete() };
  },
  async getItems({ session, call }) {
    const items = await session.getItems(call.selection?.limit);
    return { found: items.map(textIn) };
  },
  async getMessages({ session, call }) {
    return { found: textsIn(await session.getMessages(filterOf(call.selection))) };
  },
  async setAttributes({ session, call }) {
    await session.setAttributes({ [call.writer]: call.number });
    return {};
  },
  async setHandoffContext({ session, call }) {
    await session.setHandoffContext({ writer: call.writer, number: call.number });
    return {};
  },
  async trackAgent({ session, call }) {
    await session.trackAgent(call.writer);
    return {};
  },
  async touch({ session }) {
    await session.touch();
    return {};
  },
};

function repeatable({ operationId }: Call): { operationId?: string } {
  return operationId === null ? {} : { operationId };
}

function filterOf(selection: Selection | null): MessageFilter {
  const { recent, ...filter } = selection ?? {};
  return recent === true ? { ...filter, since: new Date(Date.now() - RECENT_MS) } : filter;
}

function textsIn(messages: readonly Message[]): string[] {
  return messages.map(({ content }) => textIn(content));
}

/** A question, a call with its result, and an answer, by the SDK's own runner. */
async function takeTurn(session: JSONSession, { texts }: Call): Promise<void> {
  const [question = '', called = '', found = '', answer = ''] = texts;
  const callId = callIdOf(called);
  const model = new ScriptedModel([
    [functionCall('look', { at: called }, { callId })],
    [assistantMessage(answer)],
  ]);
  const look = tool({
    name: 'look',
    description: 'Looks.',
    parameters: {
      type: 'object',
      properties: { at: { type: 'string' } },
      required: ['at'],
      additionalProperties: false,
    },
    strict: true,
    execute: () => found,
  });
  const agent = new Agent({ name: 'Soak', model, tools: [look] });
  await new Runner({ tracingDisabled: true }).run(agent, question, { session });
}

/** The message is what counts: the commands behind it are the counters. */
async function writeAsPython({ python, key, call }: Move): Promise<Given> {
  const state = { isAdded: false };
  const connection = {
    async sendCommand(args: string[]): Promise<unknown> {
      const reply = await python?.sendCommand(args);
      state.isAdded = true;
      return reply;
    },
  };
  try {
    await addPythonMessage(connection, key, call.texts[0] ?? '');
  } catch (error) {
    if (!state.isAdded) throw error;
  }
  return {};
}
