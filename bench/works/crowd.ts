/**
 * Many sessions that append at once through one connection.
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import { AppendCommand, checkApplied } from '../measuring/append-command.ts';
import { inTurn } from '../measuring/rounds.ts';
import { ratioOf, spreadOf } from '../measuring/spread.ts';
import { messageItem } from '../peers/conversation-items.ts';
import { newName, type Place } from '../place/place.ts';
import { atLeast } from './goal.ts';
import type { Row, Work } from './work.ts';

const SESSIONS = 64;
/** How often each of them appends in a round. */
const APPENDS = 10;
const TTL_SECONDS = 3600;

/** One member of the crowd, which appends whenever its last append is acknowledged. */
type Member = (number: number) => Promise<unknown>;

/** Appends per second, by us and by the script alone. */
export const CROWD: Work = {
  name: 'crowd',
  title: `${SESSIONS} sessions append at once`,
  async measure(place, { rounds, warmUp }) {
    const ours = newSessions(place);
    const commands = await watchAppends(place);
    const rates = await inTurn(
      {
        ours: async (round) => rateOf(ours, round),
        theirs: async (round) => rateOf(bareAppends(place, commands), round),
      },
      { rounds, warmUp: warmUp + 2 },
    );
    for (const command of commands) await checkApplied(place, [command]);
    return { rows: [toRow(rates)] };
  },
};

function newSessions({ client, prefix }: Place): Member[] {
  const store = new RedisStore(client);
  return Array.from({ length: SESSIONS }, () => {
    const sessionId = newName();
    const session = new JSONSession({ sessionId, store, keyPrefix: prefix, ttl: TTL_SECONDS });
    return async (number) => session.addItems([messageItem(sessionId, number)]);
  });
}

async function watchAppends(place: Place): Promise<AppendCommand[]> {
  const commands: AppendCommand[] = [];
  for (let count = 0; count < SESSIONS; count += 1) {
    commands.push(await AppendCommand.watch(place, newName()));
  }
  return commands;
}

/** The commands of a round are made before it. */
function bareAppends({ client }: Place, commands: readonly AppendCommand[]): Member[] {
  return commands.map((command) => {
    const made = Array.from({ length: APPENDS }, () => command.next());
    return async () => client.sendCommand(made.shift() ?? []);
  });
}

async function rateOf(members: readonly Member[], round: number): Promise<number> {
  const start = performance.now();
  await Promise.all(
    members.map(async (append) => {
      for (let count = 0; count < APPENDS; count += 1) await append(round * APPENDS + count);
    }),
  );
  return (members.length * APPENDS * 1000) / (performance.now() - start);
}

function toRow({ ours, theirs }: Record<'ours' | 'theirs', number[]>): Row {
  return {
    key: 'crowd',
    what: CROWD.title,
    at: `${APPENDS} times each`,
    peer: 'its script alone',
    unit: 'per second',
    ours: spreadOf(ours),
    theirs: spreadOf(theirs),
    ratio: ratioOf(ours, theirs),
    goal: atLeast(0.7),
  };
}
