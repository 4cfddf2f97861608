/**
 * What runs in Node: a message in the store that the environment names.
 *
 * @module
 */
import { closeStores, JSONSession } from 'agents-json-session';

const session = await JSONSession.create();
await session.addMessage({ role: 'user', content: 'Hello' });
for (const { content } of await session.getMessages()) console.log(content);
await closeStores();
