import { JSONSession, OutcomeUnknownError } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';

import { sharedRedisUrl } from '../../servers/shared-redis.ts';
import { UnreliableSender } from './unreliable-sender.ts';

const WRITERS = 6;
const WRITES = 40;

type Outcome = 'acknowledged' | 'unknown' | 'rejected';

async function connect() {
  const client = createClient({ url: sharedRedisUrl() });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function writeAll(
  open: (timeoutMs: number) => JSONSession,
  writer: number,
  sender: UnreliableSender,
  unknown: Map<string, string>,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const session = open(60 + Math.floor(sender.random() * 200));
  for (let index = 0; index < WRITES; index += 1) {
    const content = `${writer}-${index}`;
    try {
      await session.addMessage({ role: 'user', content, tokens: 1 });
      outcomes.set(content, 'acknowledged');
    } catch (error) {
      const isUnknown = error instanceof OutcomeUnknownError;
      outcomes.set(content, isUnknown ? 'unknown' : 'rejected');
      if (isUnknown) unknown.set(content, error.operationId);
    }
  }
  return outcomes;
}

/** Repeats writes as another process, and gives those whose outcome stays unknown. */
async function repeatAll(
  session: JSONSession,
  unknown: ReadonlyMap<string, string>,
): Promise<Set<string>> {
  const lastingly = new Set<string>();
  for (const [content, operationId] of unknown) {
    try {
      const message = { role: 'user', content, tokens: 1, operationId } as const;
      const [first, again] = [await session.addMessage(message), await session.addMessage(message)];
      expect(again).toEqual(first);
    } catch (error) {
      expect(error).toBeInstanceOf(OutcomeUnknownError);
      lastingly.add(content);
    }
  }
  return lastingly;
}

describe('writes whose answers are lost, late or refused', () => {
  it.each([1, 2, 3, 4])(
    'are applied once when acknowledged and never when rejected (seed %i)',
    async (seed) => {
      const client = await connect();
      const sender = new UnreliableSender(
        { send: ({ args }) => client.sendCommand([...args]) },
        seed,
      );
      const stores = [new RedisStore(sender), new RedisStore(sender)] as const;
      const keyPrefix = `lost:${crypto.randomUUID()}:`;
      const open = (store: RedisStore, timeoutMs: number): JSONSession =>
        new JSONSession({ sessionId: 's', keyPrefix, store, timeoutMs });
      try {
        const witness = open(new RedisStore(client), 5000);
        await witness.create();
        const unknown = new Map<string, string>();
        const logs = await Promise.all(
          Array.from({ length: WRITERS }, (_, writer) =>
            writeAll(
              (timeoutMs) => open(stores[writer % 2 === 0 ? 0 : 1], timeoutMs),
              writer,
              sender,
              unknown,
            ),
          ),
        );
        sender.active = false;
        // Some of the first attempts are still on their way.
        const lastingly = await repeatAll(witness, unknown);
        await sender.settle();

        const outcomes = new Map(logs.flatMap((log) => [...log]));
        const stored = (await witness.getMessages()).map(({ content }) => content);
        const times = (content: string): number => stored.filter((text) => text === content).length;
        const wrong = [...outcomes].filter(([content, outcome]) => {
          if (outcome === 'acknowledged') return times(content) !== 1;
          if (outcome === 'rejected') return times(content) > 0;
          return lastingly.has(content) ? times(content) > 1 : times(content) !== 1;
        });
        expect(wrong).toEqual([]);
        expect(lastingly.size).toBeLessThan(unknown.size);
        expect(new Set(outcomes.values())).toEqual(
          new Set<Outcome>(['acknowledged', 'unknown', 'rejected']),
        );

        const { messageCount, totalTokens } = await witness.getMetadata();
        expect({ messageCount, totalTokens }).toEqual({
          messageCount: stored.length,
          totalTokens: stored.length,
        });
        for (const log of logs) {
          const acknowledged = [...log.keys()].filter((key) => log.get(key) === 'acknowledged');
          expect(stored.filter((content) => log.get(content) === 'acknowledged')).toEqual(
            acknowledged,
          );
        }
      } finally {
        client.destroy();
      }
    },
  );
});
