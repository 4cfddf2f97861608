/**
 * One peer at one length: a conversation that stays about as long as it is meant to be.
 *
 * @module
 */
import { ADDED, type Conversation, type Peer, type Task } from '../peers/peer.ts';
import type { Place } from '../place/place.ts';
import type { Pace } from './pace.ts';
import { serverTimeOf } from './server-time.ts';

/** The part of its length by which a conversation may have grown. */
const GROWTH = 0.25;
const MAX_RUNS = 200;

/**
 * What is timed: a peer doing a task with a conversation of some length.
 */
export class Contestant {
  readonly peer: Peer;
  readonly length: number;
  /** Milliseconds of one run, by round. */
  readonly times: number[] = [];
  /** Microseconds of the server for one run, by round. */
  readonly serverTimes: number[] = [];
  readonly #place: Place;
  readonly #task: Task;
  #conversation: Conversation | null = null;
  #added = 0;
  #runs = 1;

  constructor(place: Place, peer: Peer, task: Task, length: number) {
    this.#place = place;
    this.peer = peer;
    this.#task = task;
    this.length = length;
  }

  /**
   * Does the task for a while, so that the code of the peer is as fast as it gets.
   */
  async warm(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) await this.#time(this.#mostRuns());
  }

  /**
   * Begins, and finds out how often it can do the task in its part of a round.
   */
  async begin({ turnMs }: Pace): Promise<void> {
    const most = this.#mostRuns();
    let ms = Infinity;
    // Code that has run often is fast: not before that can it be said how often it fits.
    for (let runs = 1; runs <= most; runs *= 2) {
      // The lesser: a pause of the machine that one of them met says nothing of the task.
      ms = Math.min(await this.#time(runs), await this.#time(runs));
      if (ms * runs > turnMs) break;
    }
    this.#runs = Math.min(Math.max(Math.floor(turnMs / ms), 1), most);
  }

  /**
   * Does its part of a round.
   */
  async takeTurn(isWarmUp: boolean): Promise<void> {
    const conversation = await this.#open(this.#runs);
    let ms = 0;
    const microseconds = await serverTimeOf(this.#place.client, async () => {
      ms = await conversation.time(this.#task, this.#runs);
    });
    if (isWarmUp) return;
    this.times.push(ms);
    this.serverTimes.push(microseconds / this.#runs);
  }

  async end(): Promise<void> {
    await this.#conversation?.close();
    this.#conversation = null;
  }

  async #time(runs: number): Promise<number> {
    return (await this.#open(runs)).time(this.#task, runs);
  }

  /** A new one where this one would grow too long. */
  async #open(runs: number): Promise<Conversation> {
    const growth = ADDED[this.#task] * runs;
    if (this.#added + growth > this.length * GROWTH) await this.end();
    if (this.#conversation === null) {
      this.#conversation = await this.peer.open(this.#place, this.length);
      this.#added = 0;
    }
    this.#added += growth;
    return this.#conversation;
  }

  #mostRuns(): number {
    const added = ADDED[this.#task];
    const fitting = added === 0 ? MAX_RUNS : Math.floor((this.length * GROWTH) / added);
    return Math.max(Math.min(fitting, MAX_RUNS), 1);
  }
}
