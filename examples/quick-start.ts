import { Agent, run } from '@openai/agents';
import { JSONSession } from 'agents-json-session';

const agent = new Agent({ name: 'Assistant', instructions: 'Answer briefly.' });

// Kept in Redis where REDIS_URL is set, else in the SQLite file .json-session/sessions.db.
await using session = await JSONSession.open({ sessionId: 'chat-1', userId: 'ada', ttl: 86_400 });

await run(agent, 'My name is Ada.', { session });
const result = await run(agent, 'What is my name?', { session });
console.log(result.finalOutput);

for (const { role, content, timestamp } of await session.getMessages({ limit: 4 })) {
  console.log(timestamp.toISOString(), role, content);
}
