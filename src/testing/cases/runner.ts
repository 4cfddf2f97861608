import assert from 'node:assert/strict';
import { Agent, type AgentInputItem, Runner, RunState, tool, type Tool } from '@openai/agents-core';
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing';
import type { CaseScope } from '../case-scope.ts';
import { assistantItem, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import type { JSONSession } from '../../session/session.ts';
import type { CaseTable, Topic } from '../topic.ts';

type AnyAgent = Agent;

/** What the cases look at of a run. */
interface Outcome {
  readonly finalOutput: unknown;
  readonly lastAgent: AnyAgent | undefined;
  readonly state: RunState<unknown, AnyAgent>;
  readonly interruptions: readonly unknown[];
}

type Take = (
  agent: AnyAgent,
  input: string | RunState<unknown, AnyAgent>,
  session: JSONSession,
) => Promise<Outcome>;

const runner = new Runner({ tracingDisabled: true });

async function whole(...[agent, input, session]: Parameters<Take>): Promise<Outcome> {
  return runner.run(agent, input, { session });
}

async function streamed(...[agent, input, session]: Parameters<Take>): Promise<Outcome> {
  const result = await runner.run(agent, input, {
    session,
    stream: true,
  });
  for await (const event of result) void event;
  await result.completed;
  return result;
}

function weather(needsApproval = false): Tool {
  return tool({
    name: 'weather',
    description: 'Tells the weather.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
    strict: true,
    needsApproval,
    execute: async (input) => `sunny in ${(input as { city: string }).city}`,
  });
}

function agentOf(model: ScriptedModel, tools: Tool[] = [], handoffs: AnyAgent[] = []): AnyAgent {
  return new Agent({ name: 'Assistant', model, tools, handoffs });
}

function types(items: readonly AgentInputItem[]): string[] {
  return items.map((item) => item.type ?? 'message');
}

/** The input of a call of the model, as the SDK sent it. */
function inputOf(model: ScriptedModel, call: number): readonly AgentInputItem[] {
  const input = model.calls[call]?.request.input;
  return typeof input === 'string' ? [userItem(input)] : (input ?? []);
}

async function asksForApproval(scope: CaseScope, take: Take) {
  const model = new ScriptedModel([
    [functionCall('weather', { city: 'Oslo' }, { callId: 'call_1' })],
    [assistantMessage('It is sunny.')],
  ]);
  const agent = agentOf(model, [weather(true)]);
  const session = scope.session();
  const { state, interruptions } = await take(agent, 'How is the weather?', session);
  assert.equal(interruptions.length, 1);
  assert.deepEqual(types(await session.getItems()), ['message', 'function_call']);
  return { agent, model, session, state };
}

function approve(state: RunState<unknown, AnyAgent>): void {
  for (const interruption of state.getInterruptions()) state.approve(interruption);
}

const EXCHANGE = ['message', 'function_call', 'function_call_result', 'message'];

function cases(take: Take): CaseTable {
  return {
    'a run with a tool call is kept, and the next one sees it': async (scope) => {
      const model = new ScriptedModel([
        [functionCall('weather', { city: 'Oslo' }, { callId: 'call_1' })],
        [assistantMessage('It is sunny in Oslo.')],
        [assistantMessage('In Oslo.')],
      ]);
      const agent = agentOf(model, [weather()]);
      const session = scope.session();
      const first = await take(agent, 'How is the weather in Oslo?', session);
      assert.equal(first.finalOutput, 'It is sunny in Oslo.');
      const stored = await session.getItems();
      assert.deepEqual(types(stored), EXCHANGE);
      assert.deepEqual(
        (await session.getMessages()).map(({ role, content }) => [role, content]),
        [
          ['user', 'How is the weather in Oslo?'],
          ['assistant', 'weather({"city":"Oslo"})'],
          ['tool', 'sunny in Oslo'],
          ['assistant', 'It is sunny in Oslo.'],
        ],
      );
      // As another process would go on.
      const next = scope.elsewhere(session.sessionId);
      assert.equal((await take(agent, 'Where was that?', next)).finalOutput, 'In Oslo.');
      assert.deepEqual(inputOf(model, 2), [...stored, userItem('Where was that?')]);
      assert.equal((await session.getItems()).length, 6);
      model.assertComplete();
    },

    'a handoff is kept': async (scope) => {
      const billing: AnyAgent = new Agent({
        name: 'Billing',
        model: new ScriptedModel([[assistantMessage('Refunded.')], [assistantMessage('Yes.')]]),
      });
      const model = new ScriptedModel([
        [functionCall('transfer_to_Billing', {}, { callId: 'h_1' })],
      ]);
      const triage = agentOf(model, [], [billing]);
      const session = scope.session();
      const { lastAgent, finalOutput } = await take(triage, 'I want my money back.', session);
      assert.deepEqual([lastAgent?.name, finalOutput], ['Billing', 'Refunded.']);
      const stored = await session.getItems();
      assert.deepEqual(types(stored), EXCHANGE);
      assert.deepEqual((stored[2] as { output?: unknown }).output, {
        type: 'text',
        text: '{"assistant":"Billing"}',
      });
      await take(billing, 'Really?', scope.elsewhere(session.sessionId));
      assert.equal((await session.getItems()).length, 6);
    },

    'an approval is waited for and the run goes on': async (scope) => {
      const { agent, model, session, state } = await asksForApproval(scope, take);
      approve(state);
      assert.equal((await take(agent, state, session)).finalOutput, 'It is sunny.');
      assert.deepEqual(types(await session.getItems()), EXCHANGE);
      assert.deepEqual(types(inputOf(model, 1)), EXCHANGE.slice(0, 3));
      model.assertComplete();
    },

    'an approval can come in another process': async (scope) => {
      const { agent, session, state } = await asksForApproval(scope, take);
      const revived = await RunState.fromString(agent, state.toString());
      approve(revived);
      const elsewhere = scope.elsewhere(session.sessionId);
      assert.equal((await take(agent, revived, elsewhere)).finalOutput, 'It is sunny.');
      assert.deepEqual(types(await session.getItems()), EXCHANGE);
    },

    'an approval for a session that is gone fails before the model is called': async (scope) => {
      const { agent, model, session, state } = await asksForApproval(scope, take);
      const { sessionId } = session;
      approve(state);
      await scope.elsewhere(sessionId).delete();
      await expectFailure('session_expired', () => take(agent, state, session), { sessionId });
      assert.equal(model.calls.length, 1);
    },

    'a run on a session that is gone fails before the model is called': async (scope) => {
      const model = new ScriptedModel([[assistantMessage('never said')]]);
      const session = await scope.created();
      await scope.elsewhere(session.sessionId).delete();
      await expectFailure('session_expired', () => take(agentOf(model), 'Hello', session));
      assert.equal(model.calls.length, 0);
    },

    'runs of several sessions at once do not mix': async (scope) => {
      const names = ['Ada', 'Grace', 'Edsger'];
      const runs = names.map(async (name) => {
        const session = scope.session();
        const model = new ScriptedModel(
          ['one', 'two', 'three'].map((text) => [assistantMessage(`${text} for ${name}`)]),
        );
        for (const turn of ['1', '2', '3']) await take(agentOf(model), `${name} ${turn}`, session);
        assert.equal(inputOf(model, 2).length, 5);
        return session.getItems();
      });
      const histories = await Promise.all(runs);
      for (const [index, items] of histories.entries()) {
        assert.equal(items.length, 6);
        assert.ok(items.every((item) => JSON.stringify(item).includes(names[index]!)));
      }
    },

    'what the model compacts itself leaves the transcript': async (scope) => {
      const summary: AgentInputItem = { type: 'compaction', encrypted_content: 'all of it' };
      const model = new ScriptedModel([
        [assistantMessage('Hello, Ada.')],
        [{ type: 'compaction', encrypted_content: 'all of it' }, assistantMessage('You are Ada.')],
        [assistantMessage('Still Ada.')],
      ]);
      const agent = agentOf(model);
      const session = scope.session();
      await take(agent, 'I am Ada.', session);
      await take(agent, 'Who am I?', session);
      assert.deepEqual(await session.getItems(), [summary, assistantItem('You are Ada.')]);
      const next = scope.elsewhere(session.sessionId);
      await take(agent, 'And now?', next);
      assert.deepEqual(inputOf(model, 2), [
        summary,
        assistantItem('You are Ada.'),
        userItem('And now?'),
      ]);
      assert.deepEqual(
        (await next.getMessages()).map(({ content, inHistory }) => [content, inHistory]),
        [
          ['I am Ada.', false],
          ['Hello, Ada.', false],
          ['You are Ada.', true],
          ['And now?', true],
          ['Still Ada.', true],
        ],
      );
    },

    'what was kept before a run is part of it': async (scope) => {
      const model = new ScriptedModel([[assistantMessage('Hello, Ada.')]]);
      const session = await scope.created();
      await session.addMessage({ role: 'system', content: 'Be brief.' });
      await session.addMessage({ role: 'user', content: 'I am Ada.' });
      await session.addMessage({ role: 'assistant', content: 'Hi!' });
      await session.addMessage({ role: 'tool', content: 'a note' });
      await take(agentOf(model), 'Who am I?', session);
      assert.deepEqual(inputOf(model, 0), [
        { type: 'message', role: 'system', content: 'Be brief.' },
        userItem('I am Ada.'),
        assistantItem('Hi!'),
        userItem('Who am I?'),
      ]);
    },
  };
}

/**
 * Real runs of the SDK.
 */
export const RUNNER: Topic = { title: 'runs', needs: 'nothing', cases: cases(whole) };

/**
 * The same, streamed.
 */
export const STREAMED_RUNNER: Topic = {
  title: 'streamed runs',
  needs: 'nothing',
  cases: cases(streamed),
};
