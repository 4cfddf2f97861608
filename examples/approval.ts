/**
 * A human in the loop, over two processes: the first one asks for a refund and keeps the run that waits
 * with the session; the other has nothing but the session's id and a person's answer.
 */
import { spawnSync } from 'node:child_process';
import { Agent, Runner, RunState, tool } from '@openai/agents';
import { JSONSession, tracked } from 'agents-json-session';
import { answerOffline, calls, says } from './offline-model.ts';

const refund = tool({
  name: 'refund',
  description: 'Pays an amount in euros back.',
  parameters: {
    type: 'object',
    properties: { euros: { type: 'number' } },
    required: ['euros'],
    additionalProperties: false,
  },
  needsApproval: true,
  execute: () => {
    console.log(`Process ${process.pid} pays the money back.`);
    return 'Paid back.';
  },
});
const agent = new Agent({
  name: 'Billing',
  instructions: 'Refund what is asked for. Answer briefly.',
  tools: [refund],
});
const runner = tracked(new Runner());

async function ask(session: JSONSession): Promise<void> {
  const { state, interruptions } = await runner.run(agent, 'I want my 20 € back.', { session });
  for (const call of interruptions) {
    console.log(`Process ${process.pid} asks for an approval: ${call.name}(${call.arguments})`);
  }
  if (interruptions.length > 0) await session.setAttributes({ waiting: state.toString() });
}

async function approve(session: JSONSession): Promise<void> {
  const { waiting } = (await session.getMetadata()).attributes;
  if (typeof waiting !== 'string') {
    console.log(`Process ${process.pid} finds nothing that waits.`);
    return;
  }
  const state = await RunState.fromString(agent, waiting);
  for (const call of state.getInterruptions()) state.approve(call);
  await runner.run(agent, state, { session });
  await session.setAttributes({ waiting: null });
}

const [sessionId] = process.argv.slice(2);
if (sessionId !== undefined) {
  answerOffline(says('You have your 20 € back.'));
  await using session = await JSONSession.load(sessionId);
  await approve(session);
} else {
  answerOffline(calls('refund', { euros: 20 }));
  await using session = await JSONSession.create({ userId: 'ada', ttl: 3600 });
  await ask(session);

  // The person clicks twice.
  const args = [import.meta.filename, session.sessionId];
  for (let click = 1; click <= 2; click += 1) {
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) throw new Error('The other process failed');
  }

  console.log('\nThe transcript:');
  for (const { agent: speaker, role, content } of await session.getMessages()) {
    console.log((speaker ?? role).padEnd(8), content);
  }
  const { usage } = await session.getMetadata();
  console.log(`\nRequests to the model, of all processes: ${usage.requests}`);
}
