/**
 * The messages of a session, from the end to the beginning, and what comes in.
 *
 * @module
 */
import { computed, signal } from '@preact/signals';
import { listen } from '../api/event-stream.ts';
import { codeOf, sessionPath, isAbort, request } from '../api/client.ts';
import type { Message, MessagePage, SessionHead } from '../api/types.ts';

/** Enough to fill a screen at once. */
const FIRST_PAGE = 200;
/** So many times what is shown is loaded before it is shown, too. */
const GROWTH = 4;

/** How messages are loaded without anybody asking. */
interface Pace {
  /** The most that are: the rest comes as a person goes up. */
  readonly most: number;
  readonly page: number;
  readonly pauseMs: number;
}

/** While a person scrolls: no frame of the page is late for it. */
const GENTLE: Pace = { most: 20_000, page: 250, pauseMs: 20 };
/** All there are, at once. */
export const WHOLE: Pace = { most: Infinity, page: 1000, pauseMs: 0 };

/** What can be read of messages without their key. */
const SEALED: MessagePage = { messages: [], total: 0 };

/** What is known of a session. */
export class SessionFeed {
  readonly head = signal<SessionHead | null>(null);
  readonly messages = signal<readonly Message[]>([]);
  readonly total = signal(0);
  readonly status = signal<'loading' | 'ready' | 'missing' | 'failed'>('loading');
  readonly error = signal<unknown>(null);
  /** True once the session has gone while it was looked at. */
  readonly isGone = signal(false);
  /** Whether its messages are encrypted, and the inspector has no key for them. */
  readonly isSealed = signal(false);
  readonly hasAll = computed(() => this.messages.value.length >= this.total.value);

  readonly sessionId: string;
  readonly #pace: Pace;
  readonly #ending = new AbortController();
  /** What was loaded by itself and comes before `messages`. */
  #waiting: (readonly Message[])[] = [];
  /** The page that is under way: whoever wants one meanwhile waits for it. */
  #page: Promise<boolean> | undefined;
  #isLoadingMost = false;
  #isFollowing = false;
  #isStale = false;
  #stopListening: (() => void) | undefined;

  constructor(sessionId: string, pace = GENTLE) {
    this.sessionId = sessionId;
    this.#pace = pace;
  }

  /** Loads the end of it, then what is before, and goes on with what comes in. */
  async open(): Promise<void> {
    await this.load();
    if (this.#ending.signal.aborted) return;
    this.#stopListening = listen(sessionPath(this.sessionId, 'events'), {
      onEvent: (name) => {
        if (name === 'gone') this.#markGone();
        else void this.follow();
      },
      onReconnect: () => void this.follow(),
    });
  }

  /** Ends what is under way. */
  close(): void {
    this.#ending.abort();
    this.#stopListening?.();
  }

  /** Loads it anew. */
  async load(): Promise<void> {
    try {
      if (this.status.peek() === 'failed') this.status.value = 'loading';
      const [head, page] = await Promise.all([this.#head(), this.#newest()]);
      this.head.value = head;
      this.isSealed.value = page === SEALED;
      this.total.value = page.total;
      this.#waiting = [];
      this.messages.value = page.messages;
      this.isGone.value = false;
      this.status.value = 'ready';
      void this.#loadMost();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Shows messages before those that are here, and loads them where that is not yet done. */
  async loadEarlier(): Promise<void> {
    if (this.#waiting.length === 0) await this.#loadBefore();
    this.#show();
  }

  /** Loads until a message is here, if the session has it. */
  async loadUntil(messageId: string): Promise<boolean> {
    const has = (messages: readonly Message[]): boolean =>
      messages.some(({ id }) => id === messageId);
    const isHere = (): boolean => has(this.messages.peek()) || this.#waiting.some(has);
    while (!isHere() && !this.#ending.signal.aborted) {
      if (!(await this.#loadBefore(WHOLE.page))) break;
    }
    this.#show();
    return isHere();
  }

  /** Takes over what was written since. */
  async follow(): Promise<void> {
    this.#isStale = true;
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#takeOver();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isFollowing = false;
    }
  }

  async #takeOver(): Promise<void> {
    const known = this.head.peek();
    const head = await this.#head();
    const last = this.messages.peek().at(-1);
    if (known === null || last === undefined || isOtherHistory(known, head)) {
      await this.load();
      return;
    }
    const { messages, total } = await this.#ask({ after: last.id, limit: this.#pace.page });
    this.head.value = head;
    this.total.value = total;
    if (messages.length > 0) this.messages.value = [...this.messages.peek(), ...messages];
    if (messages.length === this.#pace.page) this.#isStale = true;
    // A lost connection may have ended it.
    void this.#loadMost();
  }

  /**
   * All rows are made anew for what is added before them, which takes longer than a frame where they are
   * thousands. So it is shown once there is `GROWTH` times what is shown already, or all.
   */
  async #loadMost(): Promise<void> {
    if (this.#isLoadingMost) return;
    this.#isLoadingMost = true;
    try {
      while (!this.hasAll.peek() && this.#loaded() < this.#pace.most) {
        if (!(await this.#loadBefore())) break;
        await pause(this.#pace.pauseMs);
        const enough = this.messages.peek().length * GROWTH;
        if (this.#loaded() >= Math.min(enough, this.total.peek())) this.#show();
      }
      this.#show();
    } catch {
      // It is tried again when a person goes up, or something comes in.
    } finally {
      this.#isLoadingMost = false;
    }
  }

  /** Loads one page before all that is loaded, and says whether there may be more. */
  async #loadBefore(limit = this.#pace.page): Promise<boolean> {
    this.#page ??= this.#fetchBefore(limit).finally(() => {
      this.#page = undefined;
    });
    return this.#page;
  }

  async #fetchBefore(limit: number): Promise<boolean> {
    const first = this.#first();
    if (first === undefined || this.#loaded() >= this.total.peek()) return false;
    try {
      const { messages } = await this.#ask({ before: first.id, limit });
      // They were loaded anew in the meantime.
      if (this.#first()?.id !== first.id) return true;
      if (messages.length === 0) this.total.value = this.#loaded();
      else this.#waiting.unshift(messages);
      return messages.length > 0;
    } catch (error) {
      if (!isAbort(error)) this.error.value = error;
      throw error;
    }
  }

  #show(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting.splice(0).flat();
    this.messages.value = [...waiting, ...this.messages.peek()];
  }

  #first(): Message | undefined {
    return this.#waiting[0]?.[0] ?? this.messages.peek()[0];
  }

  #loaded(): number {
    return this.messages.peek().length + this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  async #newest(): Promise<MessagePage> {
    const limit = Math.max(FIRST_PAGE, Math.min(this.messages.peek().length, WHOLE.page));
    try {
      return await this.#ask({ limit });
    } catch (error) {
      if (codeOf(error) === 'decryption_failed') return SEALED;
      throw error;
    }
  }

  #head(): Promise<SessionHead> {
    return request(sessionPath(this.sessionId), { signal: this.#ending.signal });
  }

  #ask(query: { before?: string; after?: string; limit: number }): Promise<MessagePage> {
    const path = sessionPath(this.sessionId, 'messages');
    return request(path, { query, signal: this.#ending.signal });
  }

  #fail(error: unknown): void {
    if (isAbort(error)) return;
    if (isMissing(error)) {
      if (this.status.peek() === 'ready') this.#markGone();
      else this.status.value = 'missing';
      return;
    }
    // What is here stays; the connection says by itself that it is lost.
    if (this.status.peek() === 'ready') return;
    this.error.value = error;
    this.status.value = 'failed';
  }

  #markGone(): void {
    this.isGone.value = true;
  }
}

/** Whether more than new messages at the end tells two states from each other. */
function isOtherHistory(one: SessionHead, other: SessionHead): boolean {
  return historyOf(one) !== historyOf(other);
}

function historyOf({ version, compaction }: SessionHead): string {
  return JSON.stringify([version.split('.').slice(0, 2), compaction]);
}

function isMissing(error: unknown): boolean {
  return /^session_(?:not_found|expired)$/u.test(codeOf(error));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
