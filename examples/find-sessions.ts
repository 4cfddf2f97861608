/**
 * Finding sessions: pages of a list, counts, sums, and deleting all sessions of a person.
 */
import { JSONSession } from 'agents-json-session';
import { SessionDirectory } from 'agents-json-session/directory';

const url = 'sqlite::memory:';
for (const [sessionId, userId] of [
  ['trip', 'ada'],
  ['invoice', 'ada'],
  ['dinner', 'bob'],
] as const) {
  await using session = await JSONSession.create({ url, sessionId, userId });
  await session.addMessage({ role: 'user', content: `About my ${sessionId}` });
  await session.setAttributes({ title: sessionId, open: sessionId !== 'invoice' });
}

await using directory = new SessionDirectory({ url });
let cursor: string | undefined;
do {
  const page = await directory.list({ orderBy: 'created', limit: 2, cursor });
  for (const { sessionId, userId, messageCount } of page.sessions) {
    console.log(`${sessionId} of ${userId}: ${messageCount}`);
  }
  cursor = page.cursor ?? undefined;
} while (cursor !== undefined);

console.log('open:', await directory.count({ attributes: { open: true } }));
console.log('of ada:', (await directory.stats()).users.get('ada'));
console.log('would delete:', (await directory.deleteUser('ada', { dryRun: true })).found);
console.log('deleted:', (await directory.deleteUser('ada')).deleted);
console.log('left:', await directory.count());
