/**
 * Goes through every scenario in full, and plays to the store itself all that can happen to a client.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { replay } from './client-replay.ts';
import type { ClientEvent, Transition } from './events.ts';
import { explore } from './explorer.ts';
import { PROTOCOL } from './rules.ts';
import { SCENARIOS } from './scenarios.ts';
import { numberOf } from './world.ts';

/** Each different thing that can happen to a client, by its text, with what happened to it before. */
const histories = new Map<string, ClientEvent[]>();

function note({ event }: Transition, way: () => Transition[]): void {
  if (event === null) return;
  const key = keyOf(event);
  if (histories.has(key)) return;
  const earlier = way().flatMap(({ event: one }) => (one?.client === event.client ? [one] : []));
  histories.set(key, [...earlier, event]);
}

/** Past the test runner, which would put two lines around each. */
function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What its reaction follows from. */
function keyOf({ before, what, step, reply, session, earlier }: ClientEvent): string {
  const read = step?.kind === 'pop' ? session : null;
  const parts = [before, step, reply, read, earlier];
  return parts.map(toText).join(' ') + what;
}

function toText(part: object | string | null): string {
  return typeof part === 'object' && part !== null ? String(numberOf(part)) : String(part);
}

describe('in every order of events, what is acknowledged is applied once', () => {
  test.each(SCENARIOS)('$name', (scenario) => {
    const { states, transitions, violation, trace } = explore(scenario, PROTOCOL, note);
    print(`${scenario.name}: ${states} states, ${transitions} transitions`);
    expect({ violation, trace }).toEqual({ violation: null, trace: [] });
  });
});

describe('the store', () => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  });

  afterAll(() => {
    vi.useRealTimers();
  });

  test('sends and tells what the model of the client does', async () => {
    const played = new Set<string>();
    // Long histories hold most of the short ones.
    const longestFirst = [...histories].toSorted(
      ([, left], [, right]) => right.length - left.length,
    );
    let count = 0;
    for (const [key, events] of longestFirst) {
      if (played.has(key)) continue;
      await replay(events);
      count += 1;
      for (const event of events) played.add(keyOf(event));
    }
    print(`${played.size} reactions of clients, in ${count} histories`);
    expect(played.size).toBeGreaterThan(500);
  });
});
