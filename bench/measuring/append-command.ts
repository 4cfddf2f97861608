/**
 * The command by which this package appends, to be sent without the package around it.
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import { messageItem, messageText } from '../peers/conversation-items.ts';
import type { BenchClient } from '../place/client.ts';
import type { Place } from '../place/place.ts';

const TTL_SECONDS = 3600;

/** The entry of an append: the last argument. */
interface Entry {
  readonly id: string;
  readonly content: string;
}

/**
 * Appends of one writer to one session. They are copies of one that was seen on its way, each with the
 * number that comes next: an equal one would be a resend.
 */
export class AppendCommand {
  readonly #name: string;
  readonly #args: readonly string[];
  readonly #numberAt: number;
  #number: number;

  private constructor(name: string, args: readonly string[], numberAt: number) {
    this.#name = name;
    this.#args = args;
    this.#numberAt = numberAt;
    this.#number = Number(args[numberAt]);
  }

  /**
   * Has a writer of its own append to a session, and watches.
   */
  static async watch({ client, prefix }: Place, sessionId: string): Promise<AppendCommand> {
    const seen: string[][] = [];
    const store = new RedisStore({
      sendCommand: async (args: string[]) => {
        if (args[0] === 'EVALSHA') seen.push(args);
        return client.sendCommand(args);
      },
    });
    const session = new JSONSession({ sessionId, store, keyPrefix: prefix, ttl: TTL_SECONDS });
    for (const number of [0, 1, 2, 3]) await session.addItems([messageItem(sessionId, number)]);
    const [before = [], last = []] = seen.slice(-2);
    const numberAt = last.findIndex((text, index) => isNext(before[index], text));
    if (numberAt === -1) throw new Error('Appends are no longer numbered');
    return new AppendCommand(sessionId, last, numberAt);
  }

  /**
   * Gives the next append.
   *
   * @param script - The digest of another script that takes the same arguments.
   */
  next(script?: string): string[] {
    this.#number += 1;
    const args = [...this.#args];
    const entry = JSON.parse(args.at(-1) ?? '') as Entry;
    const content = messageText(this.#name, this.#number);
    const id = this.#number.toString(16).padStart(16, '0');
    args[args.length - 1] = JSON.stringify({ ...entry, id, content });
    args[this.#numberAt] = String(this.#number);
    if (script !== undefined) args[1] = script;
    return args;
  }
}

/**
 * Sends an append.
 *
 * @throws Error when it was not applied.
 */
export async function sendAppend(client: BenchClient, command: string[]): Promise<void> {
  const [outcome] = await client.sendCommand<string[]>(command);
  if (outcome !== 'OK') throw new Error(`The append gave ${outcome}`);
}

function isNext(before: string | undefined, text: string): boolean {
  return /^\d+$/.test(text) && before !== undefined && Number(text) === Number(before) + 1;
}
