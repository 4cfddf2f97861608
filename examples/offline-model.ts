/**
 * The model of the examples: OpenAI's where there is a key, else one that follows a script. All around
 * it is the real SDK.
 *
 * @module
 */
import {
  type AgentInputItem,
  type AgentOutputItem,
  getDefaultModel,
  setDefaultModelProvider,
  setTracingDisabled,
  Usage,
} from '@openai/agents';
import {
  assistantMessage,
  functionCall,
  modelResponder,
  type RecordedModelCall,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents-core/testing';

/**
 * An answer, or what makes one of the items that the model is sent.
 */
export type Reply =
  | AgentOutputItem
  | ((items: readonly AgentInputItem[], call: RecordedModelCall) => AgentOutputItem);

/**
 * Answers the requests of all runs of this process, one after another, where there is no key. The first
 * process of an example, which alone has no arguments, says which model it is.
 */
export function answerOffline(...replies: Reply[]): void {
  if (process.argv.length === 2) console.log(`Model: ${chosenModel()}\n`);
  if (usesRealModel()) return;
  const model = new ScriptedModel(replies.map(toStep));
  setDefaultModelProvider({ getModel: () => model });
  setTracingDisabled(true);
}

export function usesRealModel(): boolean {
  return Boolean(process.env['OPENAI_API_KEY']);
}

export function chosenModel(): string {
  return usesRealModel()
    ? `${getDefaultModel()} of OpenAI (OPENAI_API_KEY is set)`
    : "the Agents SDK's ScriptedModel (OPENAI_API_KEY is not set)";
}

/** The model says something. */
export function says(text: string): AgentOutputItem {
  return assistantMessage(text);
}

/** The model calls a tool; a handoff is one, too. */
export function calls(tool: string, parameters: Record<string, unknown> = {}): AgentOutputItem {
  return functionCall(tool, parameters, { callId: `call_${crypto.randomUUID()}` });
}

/** A step of a script. It counts four characters as a token. */
export function toStep(reply: Reply): ScriptedModelInput {
  return modelResponder((call) => {
    const { input } = call.request;
    const items = typeof input === 'string' ? [] : input;
    const output = typeof reply === 'function' ? reply(items, call) : reply;
    const inputTokens = countTokens(input);
    const outputTokens = countTokens(output);
    const totalTokens = inputTokens + outputTokens;
    const usage = new Usage({ requests: 1, inputTokens, outputTokens, totalTokens });
    return { output: [output], usage };
  });
}

function countTokens(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}
