/**
 * What a tracked run of the SDK hands to the store beside its items, taken from a real one.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';

import { Agent, Runner, setTracingDisabled, tool } from '@openai/agents';
import { ScriptedModel } from '@openai/agents-core/testing';
import { type AppendParams, JSONSession, tracked, type WriteResult } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import { calls, says, toStep } from '../../../examples/offline-model.ts';
import type { Place } from '../../place/place.ts';

/** What a store is told of a turn. */
type Turn = Pick<AppendParams, 'entries' | 'run'>;

/**
 * A store that adds to each turn what it would get in a run, so that turns can be timed without the
 * runner and the model around them.
 */
export class RunStore extends RedisStore {
  /** Says of the next write that it is a turn of a run. */
  turn: Turn | null = null;

  override async append(params: AppendParams): Promise<WriteResult> {
    const { turn } = this;
    if (turn?.run === undefined) return super.append(params);
    this.turn = null;
    const entries = params.entries.map((entry, index) => {
      const { agent = null, tokens = null } = turn.entries[index] ?? {};
      return { ...entry, agent, tokens };
    });
    return super.append({ ...params, entries, run: { ...turn.run, mark: newMark(turn.run.mark) } });
  }
}

/** No two runs have the same. */
function newMark(mark: string | null): string | null {
  return mark?.replace(/^[0-9a-f]{16}/, randomBytes(8).toString('hex')) ?? null;
}

const recorded = new WeakMap<Place, Promise<Turn>>();

/**
 * Gives the turn of four items that a run of an agent with a tool stores.
 */
export async function recordedTurn(place: Place): Promise<Turn> {
  const turn = recorded.get(place) ?? recordTurn(place);
  recorded.set(place, turn);
  return turn;
}

async function recordTurn(place: Place): Promise<Turn> {
  let turn: Turn | null = null;
  class ListeningStore extends RedisStore {
    override async append(params: AppendParams): Promise<WriteResult> {
      if (params.entries.length > 0) turn = params;
      return super.append(params);
    }
  }
  setTracingDisabled(true);
  const store = new ListeningStore(place.client);
  const session = new JSONSession({ sessionId: 'run', store, keyPrefix: place.prefix, ttl: 3600 });
  const model = new ScriptedModel([toStep(calls('look_up')), toStep(says('An answer.'))]);
  const agent = new Agent({ name: 'Assistant', tools: [lookUp] });
  await tracked(new Runner({ model })).run(agent, 'A question.', { session });
  const found = turn as Turn | null;
  if (found?.run === undefined || found.entries.length !== 4) {
    throw new Error('A run of one tool call no longer stores four items at once');
  }
  return found;
}

const lookUp = tool({
  name: 'look_up',
  description: 'Looks something up.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
  strict: false,
  execute: async () => 'A result.',
});
