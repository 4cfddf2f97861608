/**
 * A conversation in a SQLite file, with each message and who said it.
 *
 * @module
 */
import { Agent } from '@openai/agents';
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing';
import { closeStores, JSONSession, run } from 'agents-json-session';

const model = new ScriptedModel([[assistantMessage('Hello, Ada.')]]);
const agent = new Agent({ name: 'Assistant', model });
const session = await JSONSession.create({ url: 'sqlite:sessions.db' });
await run(agent, 'I am Ada.', { session });

for (const { role, agent: name, content } of await session.getMessages()) {
  console.log(role, name, content);
}
await closeStores();
