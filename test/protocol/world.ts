/**
 * Everything that matters at one moment: the server, the clients, what is on its way between them,
 * and what has been told and applied so far.
 *
 * @module
 */
import type { Call, Client, Outcome, Step } from './client-model.ts';
import { newClient } from './client-model.ts';
import type { Command, ServerState } from './server-model.ts';

/**
 * How often each thing may go wrong. What is left out does not happen.
 */
export interface Budget {
  /** A connection breaks: the attempt may not have arrived, arrive late, or have been applied. */
  readonly cuts?: number;
  /** A client library sends a command again by itself, and tells nobody. */
  readonly silentResends?: number;
  /** The server is asked by EVALSHA for a script that it does not know. */
  readonly unknownScripts?: number;
  /** A command is refused for now (`MOVED`, `LOADING`, `READONLY`). */
  readonly refusals?: number;
  /** The server is at its memory limit. */
  readonly memoryLimits?: number;
  /** The time of a call is up. */
  readonly timeouts?: number;
  readonly expiries?: number;
  /** Somebody takes the lock, and lets go of it. */
  readonly locks?: number;
  /** Ten minutes pass for a writer of which nothing is under way. */
  readonly idleWriters?: number;
  /** The Python class makes a document. */
  readonly pythonDocuments?: number;
}

/**
 * A small configuration that is explored in full.
 */
export interface Scenario {
  readonly name: string;
  /** One for each process: its calls, one after another. */
  readonly programs: readonly (readonly Step[])[];
  readonly budget: Budget;
  /**
   * What is looked at although the protocol does not promise it: that what was sent twice, names no
   * life, and did not begin one that was deleted, does not arrive in the next life of the session, after
   * the caller was answered; that no two lives have one incarnation; that a library which sends again by itself does so with nothing that is refused.
   */
  readonly beyond?: 'late in the next life' | 'one incarnation, two lives' | 'silent and refused';
}

/** A command on its way to the server. */
export interface Message {
  readonly step: string;
  readonly client: number;
  readonly command: Command;
  readonly given: Call['given'];
  readonly form: Call['form'];
  /** Whether the client still waits for the answer to this very attempt. */
  readonly awaited: boolean;
}

/** One application of a write to a life of the session. */
export interface Application {
  /** What is to happen once: a step, or an operation that several steps carry. */
  readonly unit: string;
  readonly life: string;
  /** The entries that it took away. */
  readonly removed: readonly string[];
}

export interface World {
  readonly server: ServerState;
  readonly clients: readonly Client[];
  /** How many steps of each program have begun. */
  readonly begun: readonly number[];
  /** In no order: connections are many. */
  readonly messages: readonly Message[];
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** In the order in which it happened. */
  readonly applications: readonly Application[];
  /** Steps that a library has sent again by itself. */
  readonly resent: readonly string[];
  readonly spent: Required<Budget>;
}

const NOTHING_SPENT: Required<Budget> = {
  cuts: 0,
  silentResends: 0,
  unknownScripts: 0,
  refusals: 0,
  memoryLimits: 0,
  timeouts: 0,
  expiries: 0,
  locks: 0,
  idleWriters: 0,
  pythonDocuments: 0,
};

/** The world before anything happened. */
export function newWorld({ programs }: Scenario): World {
  return {
    server: { session: null, deletions: [], past: [] },
    clients: programs.map((_, index) => newClient(String.fromCharCode(97 + index))),
    begun: programs.map(() => 0),
    messages: [],
    outcomes: {},
    applications: [],
    resent: [],
    spent: NOTHING_SPENT,
  };
}

/** Each different part of a world, by its text, and a number for it. */
const numbers = new Map<string, number>();
/** Parts are never changed, and most worlds share most of them. */
const known = new WeakMap<object, number>();

/** Gives parts that are equal one number. */
export function numberOf(part: object): number {
  const before = known.get(part);
  if (before !== undefined) return before;
  const text = JSON.stringify(part);
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  known.set(part, number);
  return number;
}

/** Gives a text that two worlds share if they go on alike. */
export function keyOf(world: World): string {
  const { server, clients, begun, messages, outcomes, applications, resent, spent } = world;
  const parts = [server, begun, outcomes, applications, resent, spent, ...clients, ...messages];
  return parts.map(numberOf).join(' ');
}

/** Adds a message; the order of messages means nothing, so it is always the same. */
export function withMessage(messages: readonly Message[], message: Message): Message[] {
  return [...messages, message].toSorted((left, right) => numberOf(left) - numberOf(right));
}

/** Takes one message away. */
export function withoutMessage(messages: readonly Message[], message: Message): Message[] {
  return messages.filter((one) => one !== message);
}
