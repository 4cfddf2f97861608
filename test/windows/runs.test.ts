import {
  Agent,
  type AgentInputItem,
  MemorySession,
  Runner,
  RunState,
  type Session,
  type SessionInputCallback,
  tool,
} from '@openai/agents-core';
import {
  assistantMessage,
  functionCall,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents-core/testing';
import { afterAll, describe, expect, it } from 'vitest';

import { closeStores } from '../../src/open-store.ts';
import { JSONSession } from '../../src/session/session.ts';
import { newestItems } from '../../src/windows/newest-items.ts';
import { newestTurns } from '../../src/windows/newest-turns.ts';
import { tokenBudget } from '../../src/windows/token-budget.ts';
import { compaction, result, thought, user } from './items.ts';

const runner = new Runner({ tracingDisabled: true });

const weather = tool({
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
  strict: true,
  execute: async () => 'sunny',
});

const dangerous = tool({
  name: 'erase',
  description: 'Erases all.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
  strict: true,
  needsApproval: true,
  execute: async () => 'erased',
});

/** What a turn with two calls in parallel is made of: 7 items in the session. */
function weatherTurn(id: string): ScriptedModelInput[] {
  return [
    [
      thought(`r_${id}`),
      functionCall('weather', {}, { callId: `${id}_1` }),
      functionCall('weather', {}, { callId: `${id}_2` }),
    ],
    [assistantMessage(`Sunny ${id}.`)],
  ];
}

/** A chat of one agent, and what its model was sent. */
class Chat {
  readonly model: ScriptedModel;
  readonly session: Session;
  readonly agent: Agent;
  readonly #isStreamed: boolean;

  constructor(session: Session, outputs: ScriptedModelInput[], isStreamed = false) {
    this.session = session;
    this.model = new ScriptedModel(outputs);
    this.agent = new Agent({ name: 'A', model: this.model, tools: [weather, dangerous] });
    this.#isStreamed = isStreamed;
  }

  async say(
    input: string | AgentInputItem[] | RunState<unknown, Agent>,
    sessionInputCallback?: SessionInputCallback,
  ): Promise<RunState<unknown, Agent>> {
    const options = {
      session: this.session,
      ...(sessionInputCallback === undefined ? {} : { sessionInputCallback }),
    };
    if (!this.#isStreamed) return (await runner.run(this.agent, input, options)).state;
    const streamed = await runner.run(this.agent, input, { ...options, stream: true });
    for await (const event of streamed) void event;
    await streamed.completed;
    return streamed.state;
  }

  /** What the model was sent at its latest call. */
  get sent(): unknown[] {
    return this.sentAt(this.model.calls.length - 1);
  }

  sentAt(index: number): unknown[] {
    return [this.model.calls[index]!.request.input].flat().map(nameOf);
  }

  async stored(): Promise<unknown[]> {
    return (await this.session.getItems()).map(nameOf);
  }
}

/** A short name for an item: its text, or its type with its id. */
function nameOf(item: AgentInputItem | string): unknown {
  if (typeof item === 'string') return item;
  const { type, content, callId, id } = item as unknown as Record<string, unknown>;
  if (type !== 'message') return `${String(type)} ${String(callId ?? id)}`;
  return Array.isArray(content) ? (content[0] as { text: string }).text : content;
}

/** The names of the items of a turn. */
function turn(id: string): string[] {
  return [
    `Weather ${id}?`,
    `reasoning r_${id}`,
    `function_call ${id}_1`,
    `function_call ${id}_2`,
    `function_call_result ${id}_1`,
    `function_call_result ${id}_2`,
    `Sunny ${id}.`,
  ];
}

afterAll(async () => closeStores());

const SESSIONS: Readonly<Record<string, () => Session>> = {
  MemorySession: () => new MemorySession(),
  JSONSession: () => new JSONSession({ url: 'sqlite::memory:' }),
};

describe.each(Object.entries(SESSIONS))('runs with a %s', (_, open) => {
  describe.each([
    ['whole', false],
    ['streamed', true],
  ])('%s', (_name, isStreamed) => {
    async function talked(): Promise<Chat> {
      const outputs = [...weatherTurn('a'), ...weatherTurn('b'), ...weatherTurn('c')];
      const chat = new Chat(open(), [...outputs, [assistantMessage('Bye.')]], isStreamed);
      await chat.say('Weather a?');
      await chat.say('Weather b?');
      return chat;
    }

    it.each([
      [0, []],
      [1, ['Sunny b.']],
      [5, ['Sunny b.']],
      [6, turn('b').slice(1)],
      [7, turn('b')],
      [8, ['Sunny a.', ...turn('b')]],
      [99, [...turn('a'), ...turn('b')]],
    ])('send the newest %i items, none of them broken', async (limit, expected) => {
      const chat = await talked();
      await chat.say('Weather c?', newestItems(limit));

      expect(chat.sentAt(4)).toEqual([...expected, 'Weather c?']);
      expect(chat.sentAt(5)).toEqual([...expected, ...turn('c').slice(0, -1)]);
      expect(await chat.stored()).toEqual([...turn('a'), ...turn('b'), ...turn('c')]);
    });

    it.each([
      [0, []],
      [1, turn('b')],
      [2, [...turn('a'), ...turn('b')]],
    ])('send the newest %i turns', async (limit, expected) => {
      const chat = await talked();
      await chat.say('Weather c?', newestTurns(limit));

      expect(chat.sentAt(4)).toEqual([...expected, 'Weather c?']);
      expect(await chat.stored()).toEqual([...turn('a'), ...turn('b'), ...turn('c')]);
    });

    it.each([
      [0, []],
      [50, ['Sunny b.']],
      [100, turn('b')],
      [120, ['Sunny a.', ...turn('b')]],
    ])('send what fits %i tokens', async (max, expected) => {
      const chat = await talked();
      // Messages are 10 tokens, all others 15.
      const count = async (item: AgentInputItem): Promise<number> => {
        return 'role' in item ? 10 : 15;
      };
      await chat.say('Weather c?', tokenBudget({ max: max + 10, count }));

      expect(chat.sentAt(4)).toEqual([...expected, 'Weather c?']);
    });

    it('send and store a message equal to one that was cut, and to one that was not', async () => {
      const answers = ['1', '2', '3'].map((text) => [assistantMessage(text)]);
      const chat = new Chat(open(), answers, isStreamed);
      await chat.say('Again');
      await chat.say('Again', newestItems(1));

      expect(chat.sent).toEqual(['1', 'Again']);
      await chat.say('Again', newestTurns(1));

      expect(chat.sent).toEqual(['Again', '2', 'Again']);
      expect(await chat.stored()).toEqual(['Again', '1', 'Again', '2', 'Again', '3']);
    });
  });

  it('resume after an approval, which belongs to its turn', async () => {
    const chat = new Chat(open(), [
      [assistantMessage('Hi.')],
      [thought('r'), functionCall('erase', {}, { callId: 'e' })],
      [assistantMessage('Erased.')],
      [assistantMessage('Bye.')],
    ]);
    await chat.say('Hello');
    const state = await chat.say('Erase all', newestTurns(0));
    for (const interruption of state.getInterruptions()) state.approve(interruption);
    await chat.say(state, newestTurns(0));
    const call = ['reasoning r', 'function_call e', 'function_call_result e'];

    expect(chat.sent).toEqual(['Erase all', ...call]);
    await chat.say('Bye', newestTurns(1));

    expect(chat.sent).toEqual(['Erase all', ...call, 'Erased.', 'Bye']);
  });

  describe('with an approval that is open', () => {
    async function waiting(): Promise<Chat> {
      const chat = new Chat(open(), [
        [thought('r'), functionCall('erase', {}, { callId: 'e' })],
        [assistantMessage('Well.')],
        [assistantMessage('Done.')],
      ]);
      await chat.say('Erase all');
      return chat;
    }

    it('leave it to the SDK, which sends no call without a result', async () => {
      const chat = await waiting();
      await chat.say('Never mind', newestItems(2));

      expect(chat.sent).toEqual(['Never mind']);
      expect(await chat.stored()).toContain('function_call e');
    });

    it('send it with its reasoning when the new input has its result', async () => {
      const chat = await waiting();
      await chat.say('Wait', newestItems(0));
      await chat.say([result('e'), user('Go on')], newestItems(0));

      expect(chat.sent).toEqual([
        'reasoning r',
        'function_call e',
        'function_call_result e',
        'Go on',
      ]);
    });

    it('send it with its result however late that came', async () => {
      const chat = await waiting();
      await chat.say('Wait', newestItems(0));
      await chat.session.addItems([result('e')]);
      await chat.say('Go on', newestTurns(1));

      expect(chat.sent).toEqual(['Wait', 'Well.', 'Go on']);
    });
  });

  it('keep a compaction item', async () => {
    const chat = new Chat(open(), [[assistantMessage('1')], [assistantMessage('2')]]);
    await chat.session.addItems([user('Old'), compaction('c'), user('A'), user('B')]);
    await chat.say('C', newestItems(2));

    expect(chat.sent).toEqual(['compaction c', 'B', 'C']);
    await chat.say('D', newestTurns(1));

    expect(chat.sent).toEqual(['compaction c', 'A', 'B', 'C', '1', 'D']);
  });

  it('are the default of a Runner', async () => {
    const model = new ScriptedModel([[assistantMessage('1')], [assistantMessage('2')]]);
    const agent = new Agent({ name: 'A', model });
    const session = open();
    const short = new Runner({ tracingDisabled: true, sessionInputCallback: newestItems(1) });
    await short.run(agent, 'A', { session });
    await short.run(agent, 'B', { session });

    expect([model.lastCall!.request.input].flat().map(nameOf)).toEqual(['1', 'B']);
  });
});
