/**
 * The same store over a client of ioredis.
 */
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';
import { Redis } from 'ioredis';

// A prefix for keys is an option of the session: with the client's own it would be refused.
const client = new Redis(process.env['REDIS_URL'] ?? 'redis://localhost:6379');
const store = new RedisStore(client, { timeoutMs: 2000 });
const options = { store, userId: 'ada', keyPrefix: 'shop:', ttl: 3600 };

const session = await JSONSession.create(options);
await session.addMessage({ role: 'user', content: 'Where is my order?' });
await session.addMessage({
  role: 'assistant',
  content: 'On its way.',
  agent: 'Support',
  tokens: 9,
});

const { messageCount, totalTokens } = await session.getMetadata();
console.log(`${messageCount} messages, ${totalTokens} tokens`);

client.disconnect();
