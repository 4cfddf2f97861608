import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Contestant } from '../../bench/measuring/contestant.ts';
import { FULL } from '../../bench/measuring/pace.ts';
import type { Conversation } from '../../bench/peers/peer.ts';
import type { Place } from '../../bench/place/place.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const client = createClient({ url: sharedRedisUrl() });
client.on('error', () => {});

beforeAll(async () => {
  await client.connect();
});

afterAll(() => client.destroy());

test('one run that met a pause does not make a turn of that one run', async () => {
  const turns: number[] = [];
  const conversation: Conversation = {
    time: async (_, runs) => (turns.push(runs) === 1 ? 35 : 0.125),
    close: async () => {},
  };
  const peer = {
    name: 'paused',
    label: 'paused',
    language: 'JavaScript' as const,
    open: async () => conversation,
  };
  const place: Partial<Place> = { client };
  const contestant = new Contestant(place as Place, peer, 'newest', 100);
  await contestant.begin(FULL);
  await contestant.takeTurn(false);
  expect(turns.at(-1)).toBe(FULL.turnMs / 0.125);
  expect(contestant.times).toEqual([0.125]);
});
