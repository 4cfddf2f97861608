import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';

import { sharedRedisUrl } from '../../servers/shared-redis.ts';
import { UnreliableSender } from './unreliable-sender.ts';

const WRITERS = 5;
const TURNS = 8;
const LEASE_MS = 1000;

/** A turn in which every write was acknowledged. */
type Turn = readonly [question: string, answer: string];

/** Takes turns with the session to itself, and gives those of which all was acknowledged. */
async function takeTurns(session: JSONSession, writer: number): Promise<Turn[]> {
  const acknowledged: Turn[] = [];
  for (let index = 0; index < TURNS; index += 1) {
    const turn = [`${writer}/${index}/question`, `${writer}/${index}/answer`] as const;
    try {
      await session.exclusive(
        async () => {
          await session.addMessage({ role: 'user', content: turn[0] });
          // What others wrote meanwhile would stand in between.
          await session.getMessages({ limit: 1 });
          await session.addMessage({ role: 'assistant', content: turn[1] });
        },
        { wait: 5000, lease: LEASE_MS },
      );
      acknowledged.push(turn);
    } catch (error) {
      expect(error).toHaveProperty('code');
    }
  }
  return acknowledged;
}

describe('locks whose answers are lost, late or refused', () => {
  it.each([1, 2, 3])('still let one in at a time (seed %i)', async (seed) => {
    const client = createClient({ url: sharedRedisUrl() });
    client.on('error', () => {});
    await client.connect();
    const sender = new UnreliableSender(
      { send: ({ args }) => client.sendCommand([...args]) },
      seed,
    );
    const keyPrefix = `lost:${crypto.randomUUID()}:`;
    const place = { sessionId: 's', keyPrefix };
    const open = (store: RedisStore): JSONSession =>
      new JSONSession({ ...place, store, timeoutMs: 500 });
    try {
      const witness = new JSONSession({ ...place, store: new RedisStore(client) });
      await witness.create();
      const turns = await Promise.all(
        Array.from({ length: WRITERS }, (_, writer) =>
          takeTurns(open(new RedisStore(sender)), writer),
        ),
      );
      sender.active = false;
      await sender.settle();

      const texts = (await witness.getMessages()).map(({ content }) => content);
      const acknowledged = turns.flat();
      expect(acknowledged.length).toBeGreaterThan(2);
      for (const [question, answer] of acknowledged) {
        expect(texts.filter((text) => text === question)).toHaveLength(1);
        expect(texts[texts.indexOf(question) + 1]).toBe(answer);
      }
      // Whatever was left behind ends by itself.
      expect(await witness.exclusive(() => 'mine', { wait: 2 * LEASE_MS })).toBe('mine');
      await witness.delete();
    } finally {
      client.destroy();
    }
  });
});
