/**
 * Numbers the writes to each session, so that the server recognises a write that it sees twice.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { randomHex } from '../../../random-ids.ts';
import { TurnQueue } from '../../../turn-queue.ts';

const LANES_KEPT = 10_000;
/** Well inside the ten minutes for which the server keeps the record of an idle writer. */
const LANE_IDLE_MS = 5 * 60_000;

/**
 * One writer of one session: has one write in flight at a time and counts those that were applied.
 */
export class WriterLane {
  /** 16 hexadecimal digits. */
  id: string = randomHex(8);
  /** The sequence number of the next write. */
  sequence = 1;
  /** The life of the session that the last write went to. */
  incarnation: string | null = null;
  readonly #queue = new TurnQueue();
  #lastUsed = performance.now();

  get isIdle(): boolean {
    return this.#queue.isIdle;
  }

  /**
   * Runs a write after all that were handed over before it.
   *
   * @throws `StoreUnavailableError` (`store_unavailable`) when its time is up before its turn.
   */
  async enqueue<T>(write: () => Promise<T>, deadline: Deadline): Promise<T> {
    return this.#queue.enqueue(() => {
      const now = performance.now();
      if (now - this.#lastUsed > LANE_IDLE_MS) this.renew();
      this.#lastUsed = now;
      return write();
    }, deadline);
  }

  /** Notes that a write was applied. */
  applied(incarnation: string): void {
    this.sequence += 1;
    this.incarnation = incarnation;
  }

  /**
   * Becomes a new writer. What the old one sent without an answer can then no longer be taken for
   * something sent later.
   */
  renew(): void {
    this.id = randomHex(8);
    this.sequence = 1;
    this.incarnation = null;
  }
}

/**
 * The lanes of one store, by key; idle ones go, least recently used first.
 */
export class WriterLanes {
  readonly #lanes = new Map<string, WriterLane>();

  get(key: string): WriterLane {
    const lane = this.#lanes.get(key) ?? new WriterLane();
    this.#lanes.delete(key);
    this.#lanes.set(key, lane);
    if (this.#lanes.size > LANES_KEPT) this.#dropOldest();
    return lane;
  }

  #dropOldest(): void {
    for (const [key, lane] of this.#lanes) {
      if (this.#lanes.size <= LANES_KEPT) return;
      if (lane.isIdle) this.#lanes.delete(key);
    }
  }
}
