/**
 * One turn of the conversation: the SDK's Runner, with the session as its memory.
 *
 * @module
 */
import { type Agent, Runner } from '@openai/agents';
import { type JSONSession, type Message, tracked } from 'agents-json-session';
import { usesRealModel } from '../offline-model.ts';
import { scriptedModel } from './scripted-model.ts';

/**
 * Asks a question and gives what the session then holds of this turn.
 */
export async function takeTurn(
  session: JSONSession,
  agent: Agent,
  question: string,
): Promise<Message[]> {
  const model = usesRealModel() ? {} : { model: scriptedModel() };
  const runner = tracked(new Runner({ ...model, tracingDisabled: true }));
  await runner.run(agent, question, { session });
  const turns = await session.getTurns();
  return turns.at(-1)?.messages ?? [];
}
