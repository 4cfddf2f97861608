/**
 * A run that goes on several times: with what it left in this process, or as text, here or elsewhere.
 *
 * @module
 */
import { RunState } from '@openai/agents-core';
import type { JSONSession } from '../../src/index.ts';
import type { OtherProcess } from '../runs/other-process.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { Company, type Scripts } from './company.ts';
import { type Leg, type LegReport, runLeg } from './leg.ts';
import type { Run } from './recorded.ts';
import {
  type AnyState,
  answerAll,
  resultOf,
  type Runs,
  plainRunner,
  take,
  trackedRunner,
} from './runs.ts';

/** How a run goes on. */
export const WAYS = ['live', 'as text', 'in another process'] as const;

/** What a run is. */
export interface Plan {
  readonly setting: Setting;
  readonly way: (typeof WAYS)[number];
  readonly scripts: Scripts;
  /** The agent that it begins with. */
  readonly start: string;
  readonly says: string;
  readonly other: OtherProcess;
  readonly isTracked?: boolean;
}

/** What is new when a run goes on. */
interface Change {
  readonly answer?: 'approve' | 'reject';
  readonly maxTurns?: number;
}

/**
 * Begins a run, and gives what lets it go on; it must be called again for each part.
 */
export interface Journey extends AsyncDisposable {
  /** Goes on; says with which error it ended, or null. */
  readonly goOn: (change?: Change) => Promise<string | null>;
  /** The run as it is now. */
  readonly run: () => Promise<Run>;
}

/**
 * Makes a run that has not begun.
 */
export function newJourney(plan: Plan): Journey {
  return plan.way === 'live' ? new LiveJourney(plan) : new TextJourney(plan);
}

class LiveJourney implements Journey {
  readonly #plan: Plan;
  readonly #company: Company;
  readonly #session: JSONSession;
  readonly #runner: Runs;
  #state: AnyState | null = null;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#company = new Company(plan.scripts);
    this.#session = openSession(plan.setting);
    this.#runner = plan.isTracked === false ? plainRunner() : trackedRunner();
  }

  readonly goOn = async ({ answer, maxTurns = 10 }: Change = {}): Promise<string | null> => {
    const { setting, start, says } = this.#plan;
    if (this.#state && answer) answerAll(this.#state, answer);
    const options = { session: this.#session, stream: setting.stream, maxTurns };
    try {
      const agent = this.#company.agent(start);
      ({ state: this.#state } = await take(this.#runner, agent, this.#state ?? says, options));
      return null;
    } catch (error) {
      this.#state = (error as { state?: AnyState }).state ?? this.#state;
      return (error as Error).message;
    }
  };

  readonly run = async (): Promise<Run> => runOf(this.#plan, this.#state as AnyState);

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
  }
}

class TextJourney implements Journey {
  readonly #plan: Plan;
  #left: Scripts;
  #state: string | null = null;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#left = plan.scripts;
  }

  readonly goOn = async (change: Change = {}): Promise<string | null> => {
    const { setting, way, start, says, other, isTracked = true } = this.#plan;
    const input = this.#state === null ? says : { state: this.#state };
    const leg: Leg = { ...setting, scripts: this.#left, start, input, isTracked, ...change };
    // It begins here, so that every part but the first is elsewhere.
    const isHere = this.#state === null || way === 'as text';
    const { state, left, failure }: LegReport = await (isHere ? runLeg(leg) : other.do(leg));
    this.#state = state;
    this.#left = left;
    return failure;
  };

  readonly run = async (): Promise<Run> => {
    const agent = new Company(this.#plan.scripts).agent(this.#plan.start);
    return runOf(this.#plan, await RunState.fromString(agent, this.#state ?? ''));
  };

  async [Symbol.asyncDispose](): Promise<void> {}
}

function runOf({ says }: Plan, state: AnyState): Run {
  return { input: says, result: resultOf(state) };
}
