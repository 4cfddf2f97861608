/**
 * Agents that hand over to each other. A tracked runner records who said what, who handed over to whom
 * and what it cost, and the next turn begins with the agent that answered last.
 */
import { Agent, Runner, tool } from '@openai/agents';
import { JSONSession, tracked } from 'agents-json-session';
import { answerOffline, calls, says } from './offline-model.ts';

answerOffline(
  calls('transfer_to_Billing'),
  calls('find_payments', { invoice: 7 }),
  says('Invoice 7 was paid twice. You get 20 € back.'),
  calls('transfer_to_Triage'),
  says('On Thursday.'),
);

const findPayments = tool({
  name: 'find_payments',
  description: 'Finds the payments of an invoice.',
  parameters: {
    type: 'object',
    properties: { invoice: { type: 'number' } },
    required: ['invoice'],
    additionalProperties: false,
  },
  execute: () => '20 € on 3 May, 20 € on 4 May',
});

const billing = new Agent({
  name: 'Billing',
  instructions: 'Answer questions about invoices in one sentence. Hand everything else to Triage.',
  tools: [findPayments],
});
const triage = new Agent({
  name: 'Triage',
  instructions: 'Hand questions about invoices over to Billing. Parcels arrive on Thursdays.',
  handoffs: [billing],
});
billing.handoffs.push(triage);

const runner = tracked(new Runner());
await using session = await JSONSession.create({ userId: 'ada', ttl: 3600 });

for (const question of ['Did I pay invoice 7 twice?', 'And when does my parcel arrive?']) {
  const agent = await session.currentAgent([triage, billing], triage);
  console.log(`${agent.name} begins the turn.`);
  await runner.run(agent, question, { session });
}

console.log('\nThe transcript:');
for (const { role, agent, handoff, content } of await session.getMessages()) {
  const who = handoff ? `${handoff.from} → ${handoff.to}` : (agent ?? role);
  console.log(who.padEnd(18), content);
}

const { currentAgent, agentsUsed, usage } = await session.getMetadata();
console.log(`\nAgents: ${agentsUsed.join(', ')}; the next turn begins with ${currentAgent}.`);
console.log(`${usage.requests} requests took ${usage.totalTokens} tokens, by agent:`);
console.table(usage.agents, ['requests', 'inputTokens', 'outputTokens']);
