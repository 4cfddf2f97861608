/**
 * A model for all agents of a process that name none.
 *
 * @module
 */
import { setDefaultModelProvider, setTracingDisabled } from '@openai/agents';
import {
  assistantMessage,
  modelResponder,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents-core/testing';

/**
 * Takes the place of the model.
 *
 * @param steps - What it does, one after another.
 */
export function answerWith(...steps: ScriptedModelInput[]): void {
  const model = new ScriptedModel(steps);
  setDefaultModelProvider({ getModel: () => model });
  setTracingDisabled(true);
}

/**
 * A step that answers with the number of items that the model was sent.
 *
 * @param until - What it waits for.
 */
export function counts(until?: () => Promise<unknown>): ScriptedModelInput {
  return modelResponder(async ({ request }) => {
    await until?.();
    return [assistantMessage(`I was sent ${request.input.length} items.`)];
  });
}
