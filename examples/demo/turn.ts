/**
 * One turn of the conversation: the SDK's Runner, with the session as its memory.
 *
 * @module
 */
import { type Agent, type RunItem, Runner } from '@openai/agents';
import type { JSONSession } from 'agents-json-session';
import { scriptedModel } from './scripted-model.ts';
import { usesRealModel } from './choices.ts';

/**
 * One message of the transcript.
 */
export interface Line {
  readonly role: string;
  readonly agent: string;
  readonly text: string;
}

/**
 * Asks a question and gives what the session then holds of this turn, as it is stored.
 */
export async function takeTurn(
  session: JSONSession,
  agent: Agent,
  question: string,
): Promise<Line[]> {
  const model = usesRealModel() ? {} : { model: scriptedModel() };
  const runner = new Runner({ ...model, tracingDisabled: true });
  const { newItems } = await runner.run(agent, question, { session });

  const speakers = newItems.map(speakerOf);
  for (const [index, name] of speakers.entries()) {
    if (name !== speakers[index - 1]) await session.trackAgent(name);
  }
  // The items that the Runner stores do not say which agent they came from; the run's result does.
  const stored = await session.getMessages({ limit: newItems.length + 1 });
  return stored.map(({ role, content }, index) => {
    return { role, agent: speakers[index - 1] ?? '', text: content };
  });
}

function speakerOf(item: RunItem): string {
  return item.type === 'handoff_output_item' ? item.sourceAgent.name : item.agent.name;
}
