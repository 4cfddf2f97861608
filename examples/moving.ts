/**
 * Branches and moves: a conversation is tried in another way, exported as a line of JSON, and copied to
 * another store. Needs no server and no key.
 *
 *     node examples/moving.ts
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { SqliteStore } from 'agents-json-session/sqlite';
import { copySession, exportSession, importSession } from 'agents-json-session/transfer';

const store = await SqliteStore.open(':memory:');
const archive = await SqliteStore.open(':memory:');

const session = await JSONSession.open({ sessionId: 'trip', userId: 'ada', store });
await session.addMessage({ role: 'user', content: 'Where should I go in May?' });
const answer = await session.addMessage({ role: 'assistant', content: 'To Oslo.' });
await session.addMessage({ role: 'user', content: 'Too cold.' });

const branch = await session.fork({ sessionId: 'trip-2', upTo: answer.id });
await branch.addMessage({ role: 'user', content: 'Fine, by train?' });
const { fork } = await branch.getMetadata();
console.log(`${branch.sessionId} goes on from message ${fork?.index} of ${fork?.sessionId}`);

const line = await exportSession(session);
const first = await importSession(line, { store: archive });
const again = await importSession(line, { store: archive });
console.log(`${first.sessionId}: ${first.status}, then ${again.status}`);

const copy = await copySession(branch, { store: archive });
console.log(`${copy.sessionId}: ${copy.messageCount} messages copied and compared`);

await store.close();
await archive.close();
