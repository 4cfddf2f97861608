/**
 * A service with one node-redis client for all conversations: `POST /<session id>` with a question.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Agent, run } from '@openai/agents';
import { JSONSession, SessionError } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';
import { createClient } from 'redis';

const client = createClient({ url: process.env['REDIS_URL'] ?? 'redis://localhost:6379' });
client.on('error', (error: Error) => console.error(error.message));
await client.connect();

const store = new RedisStore(client);
const agent = new Agent({ name: 'Assistant', instructions: 'Answer briefly.' });

async function answer(request: IncomingMessage): Promise<string> {
  const sessionId = request.url?.slice(1) ?? '';
  // From your sign-in in a real service: to others the session is as good as not there.
  const userId = String(request.headers['x-user']);
  const session = new JSONSession({ sessionId, userId, store, ttl: 86_400 });
  const result = await run(agent, await text(request), { session });
  return result.finalOutput ?? '';
}

const server = createServer((request, response) => {
  answer(request).then(
    (reply) => response.end(reply),
    (error: unknown) => {
      response.writeHead(error instanceof SessionError ? 409 : 500);
      response.end(error instanceof SessionError ? error.code : 'internal');
    },
  );
});
server.listen(Number(process.env['PORT'] ?? 3000), () => console.log(server.address()));
// The store never closes a client that it was given.
process.once('SIGTERM', () => server.close(() => client.destroy()));
