/**
 * Next.js: `app/api/chats/[id]/route.ts`. `POST` streams an answer, `GET` gives what was said.
 */
import { Agent, Runner } from '@openai/agents';
import { JSONSession, SessionError, tracked } from 'agents-json-session';

interface Context {
  readonly params: Promise<{ id: string }>;
}

const agent = new Agent({ name: 'Assistant', instructions: 'Answer briefly.' });
const runner = tracked(new Runner());

// From your sign-in in a real app: to others the session is as good as not there.
function userOf(request: Request): string {
  return request.headers.get('x-user') ?? 'nobody';
}

function refuse(error: unknown): Response {
  if (!(error instanceof SessionError)) throw error;
  const status = error.code === 'session_not_found' ? 404 : 503;
  return Response.json({ error: error.code }, { status });
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  try {
    const { id } = await params;
    // All requests share one connection to REDIS_URL, also those behind a hot reload.
    const session = await JSONSession.open({ sessionId: id, userId: userOf(request) });
    const { signal } = request;
    // The turn is stored when the stream has ended.
    const result = await runner.run(agent, await request.text(), { session, stream: true, signal });
    const texts = result.toTextStream() as ReadableStream<string>;
    return new Response(texts.pipeThrough(new TextEncoderStream()));
  } catch (error) {
    return refuse(error);
  }
}

export async function GET(request: Request, { params }: Context): Promise<Response> {
  try {
    const { id } = await params;
    const session = await JSONSession.load(id, { userId: userOf(request) });
    return Response.json(await session.getMessages({ limit: 50 }));
  } catch (error) {
    return refuse(error);
  }
}
