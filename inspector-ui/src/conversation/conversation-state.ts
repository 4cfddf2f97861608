/**
 * What a person has folded open and gone to in a conversation.
 *
 * @module
 */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Message } from '../api/types.ts';
import type { ListHandle } from '../components/virtual-list.tsx';
import { type Row, rowsOf } from './rows.ts';
import type { SessionFeed } from './session-feed.ts';
import { type Turn, turnsOf } from './turns.ts';

/** The state of one conversation that is shown. */
export class ConversationState {
  readonly rows: ReadonlySignal<Row[]>;
  readonly turns: ReadonlySignal<Turn[]>;
  /** All agents, in order of first use. */
  readonly agents: ReadonlySignal<string[]>;
  /** The turn at the top of what is seen. */
  readonly currentTurn = signal(0);
  /** The message that was gone to. */
  readonly target = signal<string | null>(null);
  readonly isAtEnd = signal(true);

  readonly #allOpen = signal(false);
  /** Those that are not as all are. */
  readonly #turned = signal<ReadonlySet<string>>(new Set());
  #list: ListHandle | undefined;

  constructor(feed: SessionFeed) {
    const { messages, head } = feed;
    this.rows = computed(() => rowsOf(messages.value));
    this.turns = computed(() => turnsOf(messages.value));
    this.agents = computed(() => {
      const named = messages.value.flatMap(({ agent }) => agent ?? []);
      return [...new Set([...(head.value?.metadata.agentsUsed ?? []), ...named])];
    });
  }

  /** Whether a row is folded open. */
  isOpen(key: string): boolean {
    return this.#turned.value.has(key) !== this.#allOpen.value;
  }

  /** Folds a row open or shut. */
  toggle(key: string): void {
    const turned = new Set(this.#turned.peek());
    if (!turned.delete(key)) turned.add(key);
    this.#turned.value = turned;
  }

  /** Folds all rows open or shut. */
  toggleAll(): void {
    this.#turned.value = new Set();
    this.#allOpen.value = !this.#allOpen.peek();
  }

  /** Whether all rows are folded open. */
  get isAllOpen(): boolean {
    return this.#allOpen.value;
  }

  /** Takes the list that shows the rows. */
  readonly take = (list: ListHandle): void => {
    this.#list = list;
  };

  /** Learns which rows are seen. */
  readonly see = (first: number, last: number): void => {
    const rows = this.rows.peek();
    const seen = rows[first]?.message;
    if (seen !== undefined) this.currentTurn.value = this.#turnOf(seen);
    this.isAtEnd.value = last >= rows.length - 1;
  };

  /** Goes to a message and marks it. */
  goTo(messageId: string, align: 'start' | 'center' = 'center'): void {
    const index = this.rows.peek().findIndex((row) => isOf(row, messageId));
    if (index < 0) return;
    this.target.value = messageId;
    this.#list?.scrollToIndex(index, { align });
  }

  /** Goes to the last message. */
  goToEnd(): void {
    this.#list?.scrollToEnd();
  }

  /** Goes to the first message. */
  goToStart(): void {
    this.#list?.scrollToOffset(0);
  }

  /** Goes to the turn after or before the one that is seen. */
  goToTurn(step: number): void {
    const turns = this.turns.peek();
    const turn = turns[Math.min(Math.max(this.currentTurn.peek() + step, 0), turns.length - 1)];
    if (turn === undefined) return;
    this.goTo(turn.id, 'start');
    this.currentTurn.value = turn.index;
  }

  #turnOf(message: Message): number {
    const time = message.timestamp;
    const turns = this.turns.peek();
    const exact = turns.findIndex(({ id }) => id === message.id);
    if (exact >= 0) return exact;
    return Math.max(
      turns.findLastIndex(({ timestamp }) => timestamp <= time),
      0,
    );
  }
}

/** Whether a row shows a message, by itself or as the result of a call. */
export function isOf(row: Row, messageId: string): boolean {
  if (row.kind === 'day' || row.kind === 'compaction') return false;
  return row.message.id === messageId || ('result' in row && row.result?.id === messageId);
}
