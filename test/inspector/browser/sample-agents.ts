/**
 * Agents for sample conversations. Their model follows a script; all else is the real SDK.
 *
 * @module
 */
import { Agent, Runner, tool } from '@openai/agents';
import { ScriptedModel } from '@openai/agents-core/testing';
import { type JSONSession, tracked } from '../../../src/index.ts';
import { type Reply, toStep } from '../../../examples/offline-model.ts';

function toolOf(name: string, answer: (parameters: Record<string, unknown>) => unknown) {
  return tool({
    name,
    description: name,
    strict: false,
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    execute: async (parameters) => answer(parameters as Record<string, unknown>),
  });
}

const findPayments = toolOf('find_payments', ({ invoice }) => ({
  invoice,
  payments: [
    { date: '2026-05-03', amount: 20, currency: 'EUR', method: 'card', settled: true },
    { date: '2026-05-04', amount: 20, currency: 'EUR', method: 'card', settled: true },
  ],
}));
const refund = toolOf('refund', ({ payment, amount }) => ({ payment, amount, status: 'accepted' }));
const trackParcel = toolOf('track_parcel', () => ({
  carrier: 'Posten',
  status: 'in transit',
  expected: '2026-05-07',
  stops: ['Hamburg', 'Malmö', 'Oslo'],
}));

/** Answers questions about invoices. */
const billing: Agent = new Agent({ name: 'Billing', tools: [findPayments, refund] });

/** Answers questions about parcels. */
const shipping: Agent = new Agent({ name: 'Shipping', tools: [trackParcel] });

/** Begins every conversation. */
const triage: Agent = new Agent({ name: 'Triage', handoffs: [billing, shipping] });

billing.handoffs.push(triage, shipping);
shipping.handoffs.push(triage, billing);

/** Takes one turn: what a person says, and what the model answers to each request. */
export async function takeTurn(
  session: JSONSession,
  input: Parameters<Runner['run']>[1],
  ...replies: Reply[]
): Promise<void> {
  const model = new ScriptedModel(replies.map(toStep));
  const runner = tracked(new Runner({ model, tracingDisabled: true }), {
    keepFailedRuns: true,
  });
  const agent = await session.currentAgent([triage, billing, shipping], triage);
  await runner.run(agent, input as string, { session });
}
