/**
 * The command by which this package appends, to be sent without the package around it.
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import { messageItem, messageText } from '../peers/conversation-items.ts';
import type { Place } from '../place/place.ts';

const TTL_SECONDS = 3600;
/** The first ones are not yet like all others: they create the session. */
const WATCHED = 4;

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
  readonly sessionId: string;
  /** How many there were. */
  made: number = WATCHED;
  readonly #args: readonly string[];
  readonly #numberAt: number;
  #number: number;

  private constructor(sessionId: string, args: readonly string[], numberAt: number) {
    this.sessionId = sessionId;
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
    for (let number = 0; number < WATCHED; number += 1) {
      await session.addItems([messageItem(sessionId, number)]);
    }
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
    this.made += 1;
    const args = [...this.#args];
    // The script takes it without its last brace.
    const entry = JSON.parse(`${args.at(-1)}}`) as Entry;
    const content = messageText(this.sessionId, this.#number);
    const id = this.#number.toString(16).padStart(16, '0');
    args[args.length - 1] = JSON.stringify({ ...entry, id, content }).slice(0, -1);
    args[this.#numberAt] = String(this.#number);
    if (script !== undefined) args[1] = script;
    return args;
  }
}

/**
 * Makes sure that all appends of the writers of one session were applied: what is refused, or taken for a
 * resend, is fast.
 *
 * @throws Error when some were not.
 */
export async function checkApplied(
  { client, prefix }: Place,
  commands: readonly AppendCommand[],
): Promise<void> {
  const { sessionId } = commands[0] ?? { sessionId: '' };
  const made = commands.reduce((sum, command) => sum + command.made, 0);
  const key = `${prefix}${sessionId}`;
  const [length] = await client.sendCommand<number[]>(['JSON.ARRLEN', key, '$.messages']);
  if (length !== made) throw new Error(`${length} of ${made} appends were applied`);
}

function isNext(before: string | undefined, text: string): boolean {
  return /^\d+$/.test(text) && before !== undefined && Number(text) === Number(before) + 1;
}
