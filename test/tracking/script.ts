/**
 * What scripted models answer.
 *
 * @module
 */
import type { AgentOutputItem } from '@openai/agents-core';
import {
  assistantMessage,
  functionCall,
  modelResponse,
  type ScriptedModelInput,
} from '@openai/agents-core/testing';
import { type Cost, usageOfCost } from './costs.ts';

/**
 * An answer of a model, at a cost that no other answer of the test should have.
 */
export function replies(cost: Cost, ...output: AgentOutputItem[]): ScriptedModelInput {
  return modelResponse({ output, usage: usageOfCost(cost), responseId: `response_${cost}` });
}

/**
 * An answer that says something and nothing else.
 */
export function says(cost: Cost, text: string): ScriptedModelInput {
  return replies(cost, said(text));
}

/**
 * An answer that calls a tool and nothing else.
 */
export function calls(cost: Cost, toolName: string, callId: string): ScriptedModelInput {
  return replies(cost, called(toolName, callId));
}

/**
 * What a model says.
 */
export function said(text: string): AgentOutputItem {
  return assistantMessage(text);
}

/**
 * A call of a tool, with the argument that agents as tools take; all tools here take it.
 */
export function called(toolName: string, callId: string): AgentOutputItem {
  return functionCall(toolName, { input: 'Go on.' }, { callId });
}

/**
 * A call that hands the conversation over, under the SDK's own name for it.
 */
export function handsOver(agentName: string, callId: string): AgentOutputItem {
  return functionCall(`transfer_to_${agentName}`, {}, { callId });
}
