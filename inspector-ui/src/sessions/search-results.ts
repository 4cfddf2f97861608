/**
 * What is found for a text, while a person types it.
 *
 * @module
 */
import { signal } from '@preact/signals';
import { ApiError, sessionPath, isAbort, request } from '../api/client.ts';
import type { FoundMessage, SearchResults, SessionHead } from '../api/types.ts';
import { info } from '../shell/server.ts';
import { type Filters, sinceOf } from './filters.ts';

const WAIT_MS = 180;
const MOST = 100;

/** Of which sessions messages are looked for, and of what age. */
type SearchFilter = Pick<Filters, 'user' | 'agent' | 'age'>;

/** Looks for a text, and for the session that has it as its id. */
export class Search {
  readonly messages = signal<readonly FoundMessage[]>([]);
  /** The session whose id the text is. */
  readonly session = signal<SessionHead | null>(null);
  readonly isComplete = signal(true);
  readonly status = signal<'waiting' | 'ready' | 'failed'>('waiting');
  readonly error = signal<unknown>(null);

  #ending = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Looks for another text, once a person stops typing for a moment. */
  ask(text: string, filter: SearchFilter): void {
    this.end();
    this.status.value = 'waiting';
    if (text.trim() === '') return;
    const { signal: ended } = (this.#ending = new AbortController());
    this.#timer = setTimeout(() => void this.#look(text, filter, ended), WAIT_MS);
  }

  /** Ends what is under way. */
  end(): void {
    clearTimeout(this.#timer);
    this.#ending.abort();
  }

  async #look(text: string, filter: SearchFilter, ended: AbortSignal): Promise<void> {
    try {
      const [session, results] = await Promise.all([
        sessionOf(text.trim(), ended),
        messagesOf(text, filter, ended),
      ]);
      this.session.value = session;
      this.messages.value = results.messages;
      this.isComplete.value = results.isComplete;
      this.status.value = 'ready';
    } catch (error) {
      if (isAbort(error)) return;
      this.error.value = error;
      this.status.value = 'failed';
    }
  }
}

async function sessionOf(sessionId: string, ended: AbortSignal): Promise<SessionHead | null> {
  try {
    return await request<SessionHead>(sessionPath(sessionId), { signal: ended });
  } catch (error) {
    if (error instanceof ApiError && error.code !== 'unreachable') return null;
    throw error;
  }
}

async function messagesOf(
  text: string,
  { user, agent, age }: SearchFilter,
  ended: AbortSignal,
): Promise<SearchResults> {
  // Without an index only the messages of one person are looked at.
  if (info.peek()?.canSearch !== true && user === '') {
    return { messages: [], isComplete: true };
  }
  return request<SearchResults>('search', {
    query: { text, user, agent, since: sinceOf(age), limit: MOST },
    signal: ended,
  });
}
