/**
 * Which messages `getMessages` gives.
 *
 * @module
 */
import type { MessageEntry, MessageRole } from '../document/document.ts';
import { InvalidInputError } from '../errors.ts';
import {
  checkArguments,
  checkBoolean,
  checkInteger,
  checkName,
  checkRole,
} from './input-validation.ts';
import type { EntrySelection, EntryVisitor } from '../store.ts';

/** Entries that a read back to some time or message looks at first. */
const BOUNDED_SIZE_HINT = 200;
/** Of about how many entries one is of the role or agent that is wanted. */
const ENTRIES_FOR_ONE = 4;
/** Writers of the Python class stamp messages by their own clocks. */
export const CLOCK_SKEW_SECONDS = 3600;

/**
 * Filters of `getMessages`. All that are given apply together.
 */
export interface MessageFilter {
  /** The newest N of the messages that match, in order. Default: all. */
  limit?: number | undefined;
  role?: MessageRole | undefined;
  /** The name of the agent that the messages came from. */
  agent?: string | undefined;
  /** Messages from this time on, or those after the message with this id. */
  since?: Date | string | undefined;
  /** Messages before this time, or those before the message with this id. */
  before?: Date | string | undefined;
  /** Whether entries that a compaction wrote are given too: nobody said them. Default: false. */
  includeCompaction?: boolean | undefined;
}

/**
 * A read of the messages that match a filter.
 */
export class MessageSelection {
  readonly entries: EntrySelection;
  readonly #newWalk: () => MessageWalk;
  #walk: MessageWalk | null = null;

  /**
   * @throws {@link InvalidInputError} (`invalid_input`) naming the filter that is wrong.
   */
  constructor(filter: MessageFilter) {
    const checked = checkFilter(filter);
    this.#newWalk = () => (this.#walk = new MessageWalk(checked));
    this.entries = {
      kind: 'walk',
      sizeHint: sizeHint(checked),
      visitor: () => {
        const walk = this.#newWalk();
        return (entry) => walk.visit(entry);
      },
    };
  }

  /**
   * Checks, after the read, that the messages which the filter names were there.
   *
   * @throws {@link InvalidInputError} (`invalid_input`) naming the filter.
   */
  assertFound(): void {
    const missing = (this.#walk ?? this.#newWalk()).missing;
    if (missing !== null) throw new InvalidInputError(missing, 'names no message of this session');
  }
}

/** One walk over the history, newest message first. */
class MessageWalk {
  readonly #filter: MessageFilter;
  readonly #sinceTime: number;
  readonly #beforeTime: number;
  #left: number;
  #seeksBefore: boolean;
  #seeksSince: boolean;

  constructor(filter: MessageFilter) {
    const { limit, since, before } = filter;
    this.#filter = filter;
    this.#sinceTime = since instanceof Date ? since.getTime() / 1000 : Number.NEGATIVE_INFINITY;
    this.#beforeTime = before instanceof Date ? before.getTime() / 1000 : Number.POSITIVE_INFINITY;
    this.#seeksSince = typeof since === 'string';
    this.#seeksBefore = typeof before === 'string';
    this.#left = limit ?? Number.POSITIVE_INFINITY;
  }

  /** The filter whose message was not met on the whole walk. */
  get missing(): 'since' | 'before' | null {
    if (this.#seeksBefore) return 'before';
    return this.#seeksSince && this.#left > 0 ? 'since' : null;
  }

  visit(entry: MessageEntry): ReturnType<EntryVisitor> {
    const { since, before } = this.#filter;
    if (this.#seeksSince && entry.id === since) {
      this.#seeksSince = false;
      this.#left = 0;
    }
    if (this.#seeksBefore) {
      this.#seeksBefore = entry.id !== before;
      return 'skip';
    }
    if (this.#left === 0) return 'stop';
    if (timeOf(entry) < this.#sinceTime - CLOCK_SKEW_SECONDS && hasTime(entry)) return 'stop';
    return this.#matches(entry) ? this.#take() : 'skip';
  }

  #take(): 'take' | 'last' {
    this.#left -= 1;
    return this.#left === 0 ? 'last' : 'take';
  }

  #matches(entry: MessageEntry): boolean {
    const { role, agent, includeCompaction } = this.#filter;
    return (
      (entry.compaction !== true || includeCompaction === true) &&
      (role === undefined || entry.role === role) &&
      (agent === undefined || entry.agent === agent) &&
      timeOf(entry) >= this.#sinceTime &&
      timeOf(entry) < this.#beforeTime
    );
  }
}

function sizeHint({ limit, role, agent, since }: MessageFilter): number {
  if (limit === undefined)
    return since === undefined ? Number.POSITIVE_INFINITY : BOUNDED_SIZE_HINT;
  return role === undefined && agent === undefined ? limit : limit * ENTRIES_FOR_ONE;
}

/** Another program can have left the time out. */
function hasTime(entry: MessageEntry): boolean {
  return typeof entry.timestamp === 'number';
}

function timeOf(entry: MessageEntry): number {
  return hasTime(entry) ? entry.timestamp : 0;
}

function checkFilter(filter: MessageFilter): MessageFilter {
  const { limit, role, agent, since, before, includeCompaction } = checkArguments(filter, 'filter');
  return {
    limit: limit === undefined ? limit : checkInteger(limit, 'limit', 1, Number.MAX_SAFE_INTEGER),
    role: role === undefined ? role : checkRole(role, 'role'),
    agent: agent === undefined ? agent : checkName(agent, 'agent'),
    since: checkBoundary(since, 'since'),
    before: checkBoundary(before, 'before'),
    includeCompaction: checkBoolean(includeCompaction ?? false, 'includeCompaction'),
  };
}

function checkBoundary(value: unknown, field: string): Date | string | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  if (typeof value === 'string' && value !== '') return value;
  throw new InvalidInputError(field, 'must be a valid Date or the id of a message');
}
