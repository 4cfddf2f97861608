/**
 * Which turn an item belongs to.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { MessageEntry } from '../document/document.ts';
import type { EntryVisitor } from '../store.ts';

const INPUT_ROLES: ReadonlySet<unknown> = new Set(['user', 'system', 'developer']);

/**
 * Tells whether an item is what somebody says to the model, and not what came of it.
 */
export function isInput(item: AgentInputItem | undefined): boolean {
  return INPUT_ROLES.has(roleOf(item));
}

/**
 * Numbers the turns of a history: one number per item. A turn is the user and system messages in a
 * row and all up to the next user message, or up to the system messages right before that.
 */
export function numberTurns(history: readonly AgentInputItem[]): number[] {
  let turn = 0;
  return findStarts(history).map((isStart) => {
    if (isStart) turn += 1;
    return turn;
  });
}

/**
 * Makes a visitor that takes the entries of the newest turn. What is before the first user message is
 * a turn, too.
 *
 * @param itemOf - Gives the item of an entry, or nothing where it is transcript only.
 */
export function turnVisitor(
  itemOf: (entry: MessageEntry) => AgentInputItem | undefined,
): EntryVisitor {
  let rowHasUser = false;
  return (entry) => {
    // Nobody said it: it belongs to the turn that it came in.
    if (entry.compaction === true) return rowHasUser ? 'stop' : 'take';
    const item = itemOf(entry);
    if (!isInput(item)) return rowHasUser ? 'stop' : 'take';
    rowHasUser ||= roleOf(item) === 'user';
    return 'take';
  };
}

/** A row of system messages alone starts nothing: it belongs to the turn that it came in. */
function findStarts(history: readonly AgentInputItem[]): boolean[] {
  const starts = history.map(() => false);
  let hasUser = false;
  for (let position = history.length - 1; position >= 0; position -= 1) {
    const [item, before] = [history[position], history[position - 1]];
    hasUser = isInput(item) && (hasUser || roleOf(item) === 'user');
    starts[position] = hasUser && !isInput(before);
  }
  return starts;
}

/** Items of other types can have a field of that name, too. */
function roleOf(item: AgentInputItem | undefined): unknown {
  const { type, role } = (item ?? {}) as { type?: unknown; role?: unknown };
  return type === undefined || type === 'message' ? role : undefined;
}
