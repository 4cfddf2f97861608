/**
 * What a schema cannot say of a stored document: that its parts agree with each other.
 *
 * @module
 */
import assert from 'node:assert/strict';
import type { SessionDocument } from '../document/document.ts';

/**
 * Checks that the parts of a document agree, as they do after every write of ours.
 *
 * @throws `AssertionError` naming what does not agree.
 */
export function checkConsistency(value: unknown): void {
  const { created_at, updated_at, messages, metadata, state } = value as SessionDocument;
  const { agents_used, current_agent, message_count } = metadata;
  assert.equal(message_count, messages.length, 'message_count is the number of messages');
  assert.ok(updated_at >= created_at, 'updated_at is not before created_at');
  assertUnique(agents_used, 'agents_used');
  assertUnique(
    messages.map(({ id }) => id),
    'ids of messages',
  );
  if (current_agent !== null) {
    assert.ok(agents_used.includes(current_agent), 'current_agent is one of agents_used');
  }
  assert.ok(state, 'a written document has a state');
  const generations = state.changes.map(([generation]) => generation);
  assert.deepEqual(
    generations,
    generations.toSorted((one, other) => one - other),
  );
  const start = state.history_start;
  // A document that another program cleared can name an entry that is gone.
  const position = messages.findIndex(({ id }) => id === start?.id);
  if (start !== null && position !== -1) {
    assert.equal(position + 1, start.index, 'the history begins behind the entry that is named');
  }
  if (generations.length > 0) assert.equal(generations.at(-1), state.generation);
}

function assertUnique(values: readonly unknown[], what: string): void {
  assert.equal(new Set(values).size, values.length, `${what} are unique`);
}
