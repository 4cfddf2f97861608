/**
 * Which of several runs within a job answers it.
 */
import { Agent, Runner, type Tool, tool, withTrace } from '@openai/agents-core';
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing';
import { describe, expect, test } from 'vitest';
import { CompactingSession, type JSONSession, tracked } from '../../src/index.ts';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { assistant } from '../runs/expected-items.ts';
import { jobOf } from '../runs/job.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { answer, takeTurn } from '../runs/take-turn.ts';
import { type Call, newTravel } from '../runs/travel-agent.ts';

const OSLO: Call = { tool: 'book', city: 'Oslo', callId: 'c1' };
const SAYS = 'Off I go.';
const DONE = { says: 'Done.' };
const UNFINISHED = { status: 'unfinished', answer: null, messages: [] };

describe.each(EVERY_SETTING.filter(({ newSetting }) => !newSetting().stream))(
  'a job, $title',
  ({ newSetting }) => {
    const runner = new Runner({ tracingDisabled: true });

    test.each([true, false])('is not done by what a tool says (stream: %s)', async (stream) => {
      const setting = newSetting();
      await using session = openSession(setting);
      const { agent } = talkative(() => session.addItems([assistant('Working on it.')]));
      const fail = async (): Promise<unknown> => takeTurn(agent, SAYS, { session, stream });
      await expect(session.once('j', fail)).rejects.toThrow('ScriptedModel');
      expect(await session.getItems()).toContainEqual(assistant('Working on it.'));

      const again = await jobOf(newTravel([DONE]), { jobId: 'j', session, stream })(SAYS);

      expect(again).toMatchObject({ answer: 'Done.', status: 'done' });
    });

    describe.each([
      [
        'an agent as a tool',
        (session: JSONSession, inner: Agent) =>
          inner.asTool({ toolName: 'ask', toolDescription: 'Asks.', runOptions: { session } }),
      ],
      [
        'an agent as a streamed tool',
        (session: JSONSession, inner: Agent) =>
          inner.asTool({
            toolName: 'ask',
            toolDescription: 'Asks.',
            runOptions: { session },
            onStream: () => {},
          }),
      ],
      [
        'a tool of its own',
        (session: JSONSession, inner: Agent) =>
          askTool(async () => (await runner.run(inner, 'Inner?', { session })).finalOutput),
      ],
    ] as const)('with %s that runs in the same session', (_name, toolOf) => {
      const inner = (): Agent => newTravel([{ says: 'Inner.' }]).agent;
      const CALL = functionCall('ask', { input: 'Inner?' }, { callId: 'a1' });

      test.each([
        ['without traces', runner, false, openSession],
        ['without traces, streamed', runner, true, openSession],
        ['with traces', new Runner(), false, openSession],
        ['tracked', tracked(new Runner({ tracingDisabled: true })), false, openSession],
        ['in a session that compacts itself', runner, false, openCompacting],
      ] as const)('is not done by the inner answer, %s', async (_how, outer, stream, open) => {
        await using session = open(newSetting());
        const model = new ScriptedModel([[CALL]]);
        const agent = new Agent({ name: 'Outer', model, tools: [toolOf(session, inner())] });
        const fail = async (): Promise<unknown> => {
          if (!stream) return outer.run(agent, SAYS, { session });
          return (await outer.run(agent, SAYS, { session, stream: true })).completed;
        };
        await expect(session.once('j', fail)).rejects.toThrow('ScriptedModel');
        expect(await session.getItems()).toContainEqual(assistant('Inner.'));

        const again = await session.once('j', () => 'again');

        expect(again).toMatchObject({ ...UNFINISHED, result: 'again' });
      });

      test('is done by the outer answer', async () => {
        await using session = openSession(newSetting());
        const model = new ScriptedModel([[CALL], [assistantMessage('Outer.')]]);
        const agent = new Agent({ name: 'Outer', model, tools: [toolOf(session, inner())] });
        const attempt = async (): Promise<unknown> => runner.run(agent, SAYS, { session });

        expect(await session.once('j', attempt)).toMatchObject({
          status: 'done',
          answer: 'Outer.',
        });

        expect(await session.once('j', attempt)).toMatchObject({
          status: 'repeated',
          answer: 'Outer.',
        });
      });

      test('is not done by the inner answer when it goes on from an approval', async () => {
        await using session = openSession(newSetting());
        const { tools } = newTravel([]).agent;
        const book = functionCall('book', { city: 'Oslo' }, OSLO);
        const model = new ScriptedModel([[book], [CALL]]);
        const asking = toolOf(session, inner());
        const agent = new Agent({ name: 'Outer', model, tools: [...tools, asking] });
        const { state } = await takeTurn(agent, SAYS, { session, stream: false });
        answer(state, { c1: 'approve' });
        const goOn = async (): Promise<unknown> =>
          takeTurn(agent, state, { session, stream: false });
        await expect(session.once('j', goOn)).rejects.toThrow('ScriptedModel');
        expect(await session.getItems()).toContainEqual(assistant('Inner.'));

        expect(await session.once('j', () => 'again')).toMatchObject(UNFINISHED);
      });
    });

    test('is done by its first run, even if its function fails behind it', async () => {
      await using session = openSession(newSetting());
      const { agent } = newTravel([DONE]);
      const attempt = async (): Promise<unknown> =>
        session.once('j', async () => {
          await runner.run(agent, SAYS, { session });
          await runner.run(agent, SAYS, { session });
        });
      await expect(attempt()).rejects.toThrow('ScriptedModel');

      expect(await attempt()).toMatchObject({ answer: 'Done.', status: 'repeated' });
    });

    test('is done at the end of its function by the run that stands in for another', async () => {
      await using session = openSession(newSetting());
      const attempt = async (fails: boolean): Promise<unknown> =>
        session.once('j', async () => {
          await expect(runner.run(newTravel([]).agent, SAYS, { session })).rejects.toThrow(
            'ScriptedModel',
          );
          await runner.run(newTravel([DONE]).agent, SAYS, { session });
          if (fails) throw new Error('failed behind it');
        });
      await expect(attempt(true)).rejects.toThrow('failed behind it');

      expect(await attempt(false)).toMatchObject({ answer: 'Done.', status: 'done' });

      expect(await attempt(false)).toMatchObject({ answer: 'Done.', status: 'repeated' });
    });

    test('is done by a run that is traced', async () => {
      await using session = openSession(newSetting());
      const attempt = async (): Promise<unknown> =>
        session.once('j', async () => {
          await withTrace('Job', async () =>
            new Runner().run(newTravel([DONE]).agent, SAYS, { session }),
          );
          throw new Error('failed behind it');
        });
      await expect(attempt()).rejects.toThrow('failed behind it');

      expect(await attempt()).toMatchObject({ answer: 'Done.', status: 'repeated' });
    });
  },
);

function openCompacting({ url, keyPrefix, sessionId, ttl }: Setting): JSONSession {
  return new CompactingSession({ url, keyPrefix, sessionId, ttl, compact: () => null });
}

/** A tool that the model can ask, with whatever it does. */
function askTool(execute: () => Promise<unknown>): Tool {
  return tool({
    name: 'ask',
    description: 'Asks.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    strict: false,
    execute,
  });
}

/** An agent whose model calls a tool once and then fails. */
function talkative(speak: () => Promise<void>): { agent: Agent } {
  const model = new ScriptedModel([[functionCall('ask', {}, { callId: 'a1' })]]);
  return { agent: new Agent({ name: 'Talkative', model, tools: [askTool(speak)] }) };
}
