/**
 * Writes that are sent again: every attempt is encrypted with another nonce, and one of them counts.
 */
import { Agent, run } from '@openai/agents-core';
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { JSONSession, OutcomeUnknownError } from '../../src/index.ts';
import { RedisStore } from '../../src/stores/redis/index.ts';
import { textsOf, userItem } from '../../src/testing/conversation.ts';
import { UnreliableSender } from '../stores/clients/unreliable-sender.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { testKeyring } from './keyrings.ts';
import { describeEverywhere } from './places.ts';

const encryption = await testKeyring();

describe('in Redis, when answers are lost', () => {
  const client = createClient({ url: sharedRedisUrl() }).on('error', () => {});

  beforeAll(async () => {
    await client.connect();
  });

  afterAll(() => client.destroy());

  test.each([1, 3, 5])('a message is there once, and opens (seed %i)', async (seed) => {
    const sender = new UnreliableSender(
      { send: ({ args }) => client.sendCommand([...args]) },
      seed,
    );
    const common = { keyPrefix: `sealed:${crypto.randomUUID()}:`, sessionId: 's', encryption };
    const witness = new JSONSession({ ...common, store: new RedisStore(client) });
    const store = new RedisStore(sender);
    const expected: string[] = [];
    let repeats = 0;
    for (let index = 0; index < 40; index += 1) {
      const content = `Message ${index}`;
      // A handle that has not seen the session each time: the first of them creates it.
      const session = new JSONSession({ ...common, store, timeoutMs: 150 });
      try {
        await session.addMessage({ role: 'user', content });
        expected.push(content);
      } catch (error) {
        if (!(error instanceof OutcomeUnknownError)) continue;
        const { operationId } = error;
        const [first, again] = [
          await witness.addMessage({ role: 'user', content, operationId }),
          await witness.addMessage({ role: 'user', content, operationId }),
        ];
        expect(again).toEqual(first);
        expected.push(content);
        repeats += 1;
      }
    }
    sender.active = false;
    await sender.settle();
    expect((await textsOf(witness)).toSorted()).toEqual(expected.toSorted());
    expect(repeats).toBeGreaterThan(0);
    await witness.delete();
  });
});

describeEverywhere((place) => {
  const open = (sessionId: string, store = place().store): JSONSession =>
    new JSONSession({ store, keyPrefix: place().prefix, sessionId, encryption });

  test('calls that are made again under one id are done once, by any process', async () => {
    const said = { role: 'user', content: 'Once', operationId: 'message-1' } as const;
    const items = [userItem('One'), userItem('Two')];
    for (const store of [place().store, place().other]) {
      const session = open('repeated', store);
      await session.addMessage(said);
      await session.addItems(items, undefined, { operationId: 'items-1' });
      await session.setHandoffContext({ step: 1 }, { operationId: 'context-1' });
      await session.replaceHistoryWithCompaction([userItem('In short')], undefined, {
        operationId: 'compaction-1',
      });
    }
    const session = open('repeated');
    const all = await session.getMessages({ includeCompaction: true });
    expect(all.map(({ content }) => content)).toEqual(['Once', 'One', 'Two', 'In short']);
    const another = session.addMessage({ ...said, content: 'Another' });
    await expect(another).rejects.toMatchObject({ code: 'operation_conflict' });
  });

  test('what was removed is given again, and read while it is there', async () => {
    const session = open('removed');
    await session.addItems([userItem('One'), userItem('Two')]);
    const popped = await session.popItem(undefined, { operationId: 'pop-1' });
    expect(popped).toMatchObject({ content: 'Two' });
    expect(await session.popItem(undefined, { operationId: 'pop-1' })).toEqual(popped);
    expect(await textsOf(session)).toEqual(['One']);
    const [message] = await session.getMessages();
    const removed = await session.undoTo(message?.id ?? '');
    expect(JSON.stringify(removed)).toContain('One');
    expect(await textsOf(session)).toEqual([]);
  });

  test('a job is done once, and its answer is read', async () => {
    let runs = 0;
    const job = async (store = place().store): Promise<unknown> => {
      const session = open('job', store);
      return session.once('job-1', async () => {
        runs += 1;
        const model = new ScriptedModel([[assistantMessage(`Answer ${runs}`)]]);
        return run(new Agent({ name: 'Miraculix', model }), 'Question', { session });
      });
    };
    expect(await job()).toMatchObject({ status: 'done' });
    const again = await job(place().other);
    expect(again).toMatchObject({ status: 'repeated' });
    expect(JSON.stringify(again)).toContain('Answer 1');
    expect(runs).toBe(1);
  });
});
