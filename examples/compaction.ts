/**
 * A session that makes its history shorter by itself: the model goes on from a summary, people still
 * read everything that was said.
 */
import { Agent, type AgentInputItem, system } from '@openai/agents';
import { CompactingSession, type CompactionOutcome, run } from 'agents-json-session';
import { answerOffline, says } from './offline-model.ts';

answerOffline(
  says('Try the fjord.'),
  says('From April on.'),
  says('Ada plans a trip to Oslo: the fjord, from April on.'),
  says('You plan a trip to Oslo.'),
);

const assistant = new Agent({ name: 'Assistant', instructions: 'Answer in one short sentence.' });
const summariser = new Agent({ name: 'Summariser', instructions: 'Sum up in one sentence.' });

/** Any function from items to fewer items will do; this one asks a model. */
async function compact(items: AgentInputItem[]): Promise<CompactionOutcome> {
  const { finalOutput, state } = await run(summariser, items);
  return { items: [system(`Said before: ${finalOutput}`)], usage: state.usage };
}

await using session = await CompactingSession.create({
  userId: 'ada',
  ttl: 3600,
  compact,
  shouldCompact: ({ sessionItems }) => sessionItems.length >= 4,
});

await run(assistant, 'What is there to see in Oslo?', { session });
await run(assistant, 'And when is it warm?', { session });
await run(assistant, 'What did I ask you about?', { session });

console.log('What the model sees:');
for (const item of await session.getItems()) console.log(' ', JSON.stringify(item));

console.log('\nWhat was said, and whether the model still sees it:');
for (const { role, content, inHistory } of await session.getMessages()) {
  console.log(inHistory ? '  yes' : '  no ', role.padEnd(9), content);
}

const { usage } = await session.getMetadata();
console.log(`\nRequests to the model, that for the summary among them: ${usage.requests}`);
