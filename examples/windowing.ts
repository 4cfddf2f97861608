/**
 * What the model is sent of a long conversation. The session keeps everything; a window is a callback
 * that the runner asks, and it never parts a call from its result.
 */
import { Agent, type AgentInputItem, assistant, run, user } from '@openai/agents';
import { itemText, JSONSession, newestItems, newestTurns, tokenBudget } from 'agents-json-session';
import { answerOffline, says } from './offline-model.ts';

const no = says('No.');
answerOffline(no, no, no, no);

const agent = new Agent({ name: 'Weather', instructions: 'Answer in one word.' });
await using session = await JSONSession.create({ userId: 'ada', ttl: 3600 });

const call = { name: 'get_weather', callId: 'call_1', status: 'completed' } as const;
const conversation: AgentInputItem[] = [
  user('Where is Oslo?'),
  assistant('In Norway.'),
  user('Is it cold there?'),
  { type: 'function_call', ...call, arguments: '{"city":"Oslo"}' },
  { type: 'function_call_result', ...call, output: { type: 'text', text: '4 °C' } },
  assistant('Yes, 4 °C.'),
];
await session.addItems(conversation);

function inShort(items: readonly AgentInputItem[]): string {
  return items.map(itemText).join(' | ');
}

/** Four characters a token is a common guess. */
const count = (item: AgentInputItem): number => Math.ceil(JSON.stringify(item).length / 4);

const windows = {
  'newestTurns(1)': newestTurns(1),
  'newestItems(3)': newestItems(3),
  // The result is left out with its call, for which there is no room.
  'newestItems(2)': newestItems(2),
  // Room for everything but the first turn, with the new question.
  'tokenBudget(…)': tokenBudget({ max: 150, count }),
};

console.log('stored'.padEnd(14), inShort(await session.getItems()));
for (const [name, sessionInputCallback] of Object.entries(windows)) {
  await run(agent, 'And in Rome?', {
    session,
    sessionInputCallback,
    // The runner shows here what it is about to send.
    callModelInputFilter: ({ modelData }) => {
      console.log(name.padEnd(14), inShort(modelData.input));
      return modelData;
    },
  });
  const { messageCount } = await session.getMetadata();
  console.log(`  stored: ${messageCount} messages`);
  // The next window looks at the same conversation.
  await session.popTurn();
}
// A result without its call, which OpenAI refuses.
console.log('slice(-2)'.padEnd(14), inShort(conversation.slice(-2)));
