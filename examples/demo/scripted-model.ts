/**
 * A stand-in for a model, so that the demo needs no key: everything around it is the real SDK.
 *
 * @module
 */
import type { AgentInputItem, AgentOutputItem } from '@openai/agents';
import { type RecordedModelCall, ScriptedModel } from '@openai/agents-core/testing';
import { calls, says, toStep } from '../offline-model.ts';

/** More than any turn of the demo needs. */
const MOST_CALLS = 5;

/**
 * A model that decides from the conversation it is sent, and so can only know what the session kept.
 */
export function scriptedModel(): ScriptedModel {
  return new ScriptedModel(Array.from({ length: MOST_CALLS }, () => toStep(respond)));
}

function respond(
  items: readonly AgentInputItem[],
  { request, index }: RecordedModelCall,
): AgentOutputItem {
  if (request.handoffs.length > 0) return calls('transfer_to_Travel');

  const forecast = items.map(textOf).find((text) => text.includes('°C'));
  if (forecast === undefined) return calls('get_forecast', { city: 'Oslo' });
  // The first call of a run: the forecast is from a run before this one.
  return says(index === 0 ? recall(items, forecast) : advise(forecast));
}

function advise(forecast: string): string {
  return `${forecast}. Pack a warm coat, an umbrella and shoes that stand water.`;
}

function recall(items: readonly AgentInputItem[], forecast: string): string {
  const question = items.map(textOf).find((text) => text !== '');
  return `You asked: “${question}” I found: ${forecast}. Both stand in the ${items.length - 1} messages before.`;
}

function textOf(item: AgentInputItem): string {
  if ('role' in item && typeof item.content === 'string') return item.content;
  if (item.type !== 'function_call_result') return '';
  return typeof item.output === 'object' && 'text' in item.output ? item.output.text : '';
}
