/**
 * A stretch of a conversation.
 *
 * @module
 */
import { InvalidInputError } from '../../errors.ts';
import type { JSONSession, Message } from '../../index.ts';
import { checkInteger } from '../../session/input-validation.ts';
import { withSentNames } from './sent-names.ts';

const USUAL_LIMIT = 100;
const MOST_LIMIT = 1000;

/** Which stretch: one of `before`, `after` and `around`, or none for the end. */
interface PagePlace {
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly around: string | undefined;
  readonly limit: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Messages in a row, oldest first.
 */
export interface MessagePage {
  readonly messages: readonly Message[];
  /** How many the session has. */
  readonly total: number;
  /** How many stand before the first of them; null where that is not known, as it is `before` another. */
  readonly start: number | null;
}

/**
 * Gives the messages next to one, or the newest.
 *
 * @throws `InvalidInputError` (`invalid_input`), also where the message named is not there;
 * `SessionNotFoundError` (`session_not_found`).
 */
export async function messagePage(session: JSONSession, place: PagePlace): Promise<MessagePage> {
  const { before, after, around, signal } = place;
  const given = Object.entries({ before, after, around }).filter(([, id]) => id !== undefined);
  const [first, second] = given.map(([name]) => name);
  if (second !== undefined) {
    throw new InvalidInputError(second, `cannot be given together with ${first}`);
  }
  const limit = checkInteger(place.limit ?? USUAL_LIMIT, 'limit', 1, MOST_LIMIT);
  const reader = new MessageReader(session, signal);
  if (after !== undefined) {
    return withSentNames({ since: 'after' }, async () => reader.after(after, limit));
  }
  if (around !== undefined) {
    // The message behind which it ends can be undone in between.
    const names = { since: 'around', before: 'around' };
    return withSentNames(names, async () => reader.around(around, limit));
  }
  return reader.before(before, limit);
}

/** Reads messages, those that compactions wrote as well. */
class MessageReader {
  readonly #session: JSONSession;
  readonly #signal: AbortSignal;

  constructor(session: JSONSession, signal: AbortSignal) {
    this.#session = session;
    this.#signal = signal;
  }

  async before(id: string | undefined, limit: number): Promise<MessagePage> {
    const total = await this.#total();
    const messages = await this.#read({ before: id, limit });
    return {
      messages,
      total,
      start: id === undefined ? Math.max(0, total - messages.length) : null,
    };
  }

  async after(id: string, limit: number): Promise<MessagePage> {
    const total = await this.#total();
    const behind = await this.#read({ since: id });
    return { messages: behind.slice(0, limit), total, start: Math.max(0, total - behind.length) };
  }

  async around(id: string, limit: number): Promise<MessagePage> {
    const total = await this.#total();
    const behind = await this.#read({ since: id });
    const last = behind[Math.floor(limit / 2)];
    const messages = await this.#read({ before: last?.id, limit });
    const end = total - (last === undefined ? 0 : behind.length - behind.indexOf(last));
    return { messages, total, start: Math.max(0, end - messages.length) };
  }

  async #total(): Promise<number> {
    return (await this.#session.getMetadata({ signal: this.#signal })).messageCount;
  }

  async #read(
    filter: Pick<Parameters<JSONSession['getMessages']>[0] & object, 'before' | 'since' | 'limit'>,
  ): Promise<Message[]> {
    return this.#session.getMessages(
      { ...filter, includeCompaction: true },
      { signal: this.#signal },
    );
  }
}
