/**
 * Runs the contract of a store over Redis, and prints what became of it.
 *
 * @module
 */
import { RedisStore } from 'agents-json-session/redis';
import { type ContractCase, sessionStoreContract } from 'agents-json-session/testing';
import { createClient } from 'redis';

const url = process.env['REDIS_URL'] ?? '';
const client = createClient({ url });
await client.connect();

const cases = sessionStoreContract({
  open: () => RedisStore.open(url),
  readDocument: async (key) => {
    const json = await client.sendCommand(['JSON.GET', key]);
    return json === null ? null : JSON.parse(String(json));
  },
  writeDocument: async (key, document) => {
    await client.sendCommand(['JSON.SET', key, '$', JSON.stringify(document)]);
  },
});

const failures: string[] = [];
const passed: string[] = [];

async function runCases(waiting: IterableIterator<ContractCase>): Promise<void> {
  for (const { name, run } of waiting) {
    try {
      await run();
      passed.push(name);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
}

// Most of their time is waiting. They take from one iterator, so each runs once.
const waiting = cases.values();
await Promise.all(Array.from({ length: 10 }, () => runCases(waiting)));
console.log(JSON.stringify({ passed, failures }));
client.destroy();
