/**
 * TypeScript that becomes CommonJS.
 *
 * @module
 */
import session = require('agents-json-session');
import redis = require('agents-json-session/redis');

const options: session.JSONSessionOptions = { sessionId: 'required' };
const { JSONSession, closeStores } = session;

async function main(): Promise<void> {
  const { sessionId } = await JSONSession.create(options);
  console.log(sessionId, typeof redis.RedisStore.open);
  await closeStores();
}

void main();
