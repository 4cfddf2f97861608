/**
 * Which failures of a run leave nothing that may be kept: what a guardrail stopped must not be stored,
 * and what could not begin has done nothing.
 *
 * @module
 */
import {
  GuardrailExecutionError,
  InputGuardrailTripwireTriggered,
  InvalidToolOutputError,
  OutputGuardrailTripwireTriggered,
  ToolInputGuardrailTripwireTriggered,
  ToolOutputGuardrailTripwireTriggered,
  UserError,
} from '@openai/agents-core';

import { SessionError } from '../errors.ts';

const REFUSALS = [
  GuardrailExecutionError,
  InputGuardrailTripwireTriggered,
  OutputGuardrailTripwireTriggered,
  SessionError,
  ToolInputGuardrailTripwireTriggered,
  ToolOutputGuardrailTripwireTriggered,
  UserError,
];

/** What errors of the SDK have, of whatever copy. */
interface Failure {
  readonly name?: unknown;
  readonly message?: unknown;
  /** Of a call of a tool, or of a guardrail: what that failed with. */
  readonly error?: unknown;
  /** Of a guardrail that has stopped something. */
  readonly result?: { readonly guardrail?: unknown } | null;
}

/**
 * Tells whether nothing may be kept of a run that failed with an error.
 */
export function isRefusal(error: unknown): boolean {
  const seen = new Set<unknown>();
  let failure = error;
  while (typeof failure === 'object' && failure !== null && !seen.has(failure)) {
    if (isOwnRefusal(failure) || isForeignRefusal(failure)) return true;
    seen.add(failure);
    failure = (failure as Failure).error;
  }
  return false;
}

function isOwnRefusal(failure: object): boolean {
  // The SDK counts it among the mistakes of a program; it is the failure of one call.
  if (failure instanceof InvalidToolOutputError) return false;
  return REFUSALS.some((refusal) => failure instanceof refusal);
}

/** The SDK can be there twice, and a minifier renames its classes, so a name proves no innocence. */
function isForeignRefusal({ name, message, result }: Failure): boolean {
  if (typeof result === 'object' && result !== null && Boolean(result.guardrail)) return true;
  if (/^(?:In|Out)put guardrail failed to complete/u.test(String(message))) return true;
  return /Guardrail|^UserError$/u.test(String(name));
}
