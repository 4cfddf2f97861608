/**
 * What runs in an edge runtime: a conversation in a store that is given, as a binding would be.
 *
 * @module
 */
import { Agent } from '@openai/agents-core';
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing';
import { JSONSession, newestTurns, run } from 'agents-json-session';

/** Answers a request with what was said. */
export async function handle(request, { store, sessionId }) {
  const model = new ScriptedModel([[assistantMessage('Hello, Ada.')]]);
  const agent = new Agent({ name: 'Assistant', model });
  const session = await JSONSession.open({ sessionId, store });
  await run(agent, await request.text(), { session, sessionInputCallback: newestTurns(5) });

  const messages = await session.getMessages();
  return Response.json(messages.map(({ role, content }) => `${role}: ${content}`));
}

/** Answers with the failure of a session whose store is named by a URL. */
export async function handleByUrl(url) {
  const { code, field } = await JSONSession.open({ url }).catch((error) => error);
  return Response.json({ code, field });
}
