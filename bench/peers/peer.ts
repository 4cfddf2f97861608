/**
 * What is compared: ways to keep a conversation.
 *
 * @module
 */
import type { Place } from '../place/place.ts';

/**
 * What a conversation is asked to do, again and again:
 *
 * - `append`: one message.
 * - `append-turn`: four items of a run: question, call, result and answer, with what is known of the run.
 * - `first-read`: everything, in a process that has read nothing of it before.
 * - `live-read`: everything, after four more messages, in a process that has read it before.
 * - `newest`: the newest 20 as items. `newest-messages`: as messages.
 * - `newest-of-role`: the newest 10 of the user.
 */
export type Task =
  | 'append'
  | 'append-turn'
  | 'first-read'
  | 'live-read'
  | 'newest'
  | 'newest-messages'
  | 'newest-of-role';

/** How many items a task adds in one run. */
export const ADDED: Readonly<Record<Task, number>> = {
  append: 1,
  'append-turn': 4,
  'first-read': 0,
  'live-read': 4,
  newest: 0,
  'newest-messages': 0,
  'newest-of-role': 0,
};

/**
 * A conversation that is kept by one peer.
 */
export interface Conversation {
  /**
   * Does the task so often, one after the other, and gives the milliseconds of one on average. What
   * comes before a task and belongs to no one, as the new messages of `live-read`, is not counted.
   */
  time(task: Task, runs: number): Promise<number>;
  /** Ends what it has open. Where it is kept is cleared away by the place. */
  close(): Promise<void>;
}

/**
 * One way to keep a conversation.
 */
export interface Peer {
  /** What works name it by. */
  readonly name: string;
  /** What tables call it. */
  readonly label: string;
  readonly language: 'JavaScript' | 'Python';
  /** Begins a conversation of so many messages. */
  open(place: Place, length: number): Promise<Conversation>;
}
