/**
 * AWS Lambda behind a function URL or an API gateway, and whatever else freezes a process in between.
 */
import { Agent, Runner } from '@openai/agents';
import { JSONSession, SessionError, tracked } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

interface Event {
  readonly pathParameters: { readonly id: string };
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

// Once for each instance: the first call connects, and the next ones find the connection. It keeps no
// process alive, and one that broke while the instance was frozen is made anew.
const store = RedisStore.open(process.env['REDIS_URL'] ?? 'redis://localhost:6379');
const agent = new Agent({ name: 'Assistant', instructions: 'Answer briefly.' });
const runner = tracked(new Runner());

export async function handler({ pathParameters, headers, body }: Event): Promise<Answer> {
  const session = new JSONSession({
    sessionId: pathParameters.id,
    // From your sign-in in a real service, which your authorizer has checked.
    userId: headers['x-user'] ?? 'nobody',
    store,
    ttl: 30 * 86_400,
  });
  try {
    const { finalOutput } = await runner.run(agent, body, { session });
    return { statusCode: 200, body: finalOutput ?? '' };
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    return { statusCode: error.code === 'session_not_found' ? 404 : 503, body: error.code };
  }
}
