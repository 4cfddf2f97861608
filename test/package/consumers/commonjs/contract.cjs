/**
 * Runs the contract of a store over Redis with Node's own test runner.
 *
 * @module
 */
const { after, before, suite, test } = require('node:test');
const { RedisStore } = require('agents-json-session/redis');
const { sessionStoreContract } = require('agents-json-session/testing');
const { createClient } = require('redis');

const url = process.env.REDIS_URL;
const client = createClient({ url });

// Most of the time of the cases is waiting.
suite('the packed store', { concurrency: 10 }, () => {
  before(() => client.connect());
  after(() => client.destroy());

  const cases = sessionStoreContract({
    open: () => RedisStore.open(url),
    readDocument: async (key) => JSON.parse(await client.sendCommand(['JSON.GET', key])),
    writeDocument: async (key, document) => {
      await client.sendCommand(['JSON.SET', key, '$', JSON.stringify(document)]);
    },
  });
  for (const { name, run } of cases) test(name, run);
});
