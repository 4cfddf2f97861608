/**
 * Asks one server, and takes a refusal for an answer.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { StoreUnavailableError } from '../../../errors.ts';
import type { RedisCommand, RedisCommandSender } from '../clients/client.ts';
import { RedisCommander } from '../clients/commander.ts';
import { classifyFailure, failureName } from '../clients/failure.ts';

/**
 * What a server says to a command: its reply, that the user may not run it or not on this key, that it
 * does not know it, or the first word of another error.
 */
export type Answer =
  | { readonly kind: 'reply'; readonly reply: unknown }
  | { readonly kind: 'denied'; readonly what: 'command' | 'key' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'error'; readonly name: string };

/** The server answers these later in another way. */
const PASSING = new Set(['LOADING', 'BUSY', 'CLUSTERDOWN', 'TRYAGAIN', 'MASTERDOWN', 'UNBLOCKED']);

/**
 * One server, asked until a deadline.
 */
export class Probe {
  readonly #commander: RedisCommander;
  readonly #deadline: Deadline;

  constructor(sender: RedisCommandSender, deadline: Deadline) {
    this.#commander = new RedisCommander(answering(sender));
    this.#deadline = deadline;
  }

  /**
   * Sends a command and gives what the server says to it.
   *
   * @throws {@link StoreUnavailableError} (`store_unavailable`) when there is no answer in time, or the
   * login was refused.
   */
  async ask(...args: string[]): Promise<Answer> {
    // The key tells a cluster client where to send it; a probe is about one server.
    const answer = (await this.#commander.read(args[1] ?? '', args, this.#deadline)) as Answer;
    if (answer.kind === 'error' && /^(NOAUTH|WRONGPASS)$/.test(answer.name)) {
      throw new StoreUnavailableError(`Redis refused the login (${answer.name})`);
    }
    return answer;
  }

  /**
   * Gives the reply, or null where the server says something else.
   */
  async reply(...args: string[]): Promise<unknown> {
    const answer = await this.ask(...args);
    return answer.kind === 'reply' ? answer.reply : null;
  }
}

/** Gives answers as values, so that the commander sends again only what got none. */
function answering(sender: RedisCommandSender): RedisCommandSender {
  const send = async (command: RedisCommand): Promise<Answer> => {
    try {
      return { kind: 'reply', reply: await sender.send(command) };
    } catch (error) {
      return answerIn(error);
    }
  };
  return {
    send,
    isReady: () => sender.isReady?.() ?? true,
    lastFailure: () => sender.lastFailure?.() ?? null,
    onUnanswered: () => sender.onUnanswered?.(),
  };
}

function answerIn(error: unknown): Answer {
  const kind = classifyFailure(error);
  const name = failureName(error);
  const message = error instanceof Error ? error.message : '';
  if (kind === 'no-json') return { kind: 'unknown' };
  if (name === 'NOPERM') {
    return { kind: 'denied', what: /\brun the\b/.test(message) ? 'command' : 'key' };
  }
  const isReply = kind !== 'unknown' && (kind !== 'not-applied' || message.startsWith(name));
  if (!isReply || PASSING.has(name)) throw error;
  return { kind: 'error', name };
}
