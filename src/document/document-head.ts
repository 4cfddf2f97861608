/**
 * Checks what was read from a store before anyone relies on its shape: other programs and later
 * releases write these documents too.
 *
 * @module
 */
import { CorruptDocumentError } from '../errors.ts';
import type {
  DocumentHead,
  DocumentMetadata,
  DocumentState,
  ForkPoint,
  JsonValue,
  MessageEntry,
} from './document.ts';
import { newState, SCHEMA } from './document.ts';
import { isRecord } from './is-record.ts';

/**
 * The fields of a document's head, in the order in which they are stored.
 */
export const HEAD_FIELDS = [
  'session_id',
  'user_id',
  'created_at',
  'updated_at',
  'metadata',
  'handoff_context',
  'state',
  'attributes',
  'usage',
  'fork',
] as const;

/**
 * All that are known here: reads have no use for the ids of operations.
 */
export const WHOLE_HEAD_FIELDS: readonly ((typeof HEAD_FIELDS)[number] | 'operations')[] = [
  ...HEAD_FIELDS,
  'operations',
];

/**
 * Those that say whose session it is and how its history stands.
 */
export const BRIEF_HEAD_FIELDS = ['user_id', 'created_at', 'metadata', 'state'] as const;

/**
 * Gives the head of a document from its parsed fields; those that a Python document lacks stay absent.
 *
 * @throws {@link CorruptDocumentError} (`corrupt_document`) naming the field that is wrong.
 */
export function parseHead(fields: Record<string, unknown>, sessionId: string): DocumentHead {
  const corrupt = (field: string): CorruptDocumentError =>
    new CorruptDocumentError(sessionId, field);
  const { user_id, created_at, updated_at, metadata } = fields;
  if (user_id != null && typeof user_id !== 'string') throw corrupt('user_id');
  if (typeof created_at !== 'number') throw corrupt('created_at');
  if (!isMetadata(metadata)) throw corrupt('metadata');
  const state = readableState(fields);
  if (state === null) throw corrupt('state');
  const head: DocumentHead = {
    session_id: typeof fields['session_id'] === 'string' ? fields['session_id'] : sessionId,
    user_id: user_id ?? null,
    created_at,
    updated_at: typeof updated_at === 'number' ? updated_at : created_at,
    metadata: Array.isArray(metadata.agents_used) ? metadata : { ...metadata, agents_used: [] },
    handoff_context: (fields['handoff_context'] ?? null) as JsonValue,
  };
  if (state !== undefined) head.state = state;
  if (isRecord(fields['attributes'])) head.attributes = fields['attributes'];
  if (isRecord(fields['usage'])) head.usage = fields['usage'];
  if (isForkPoint(fields['fork'])) head.fork = fields['fork'];
  return head;
}

/**
 * Gives the state, undefined where there is none to be read, or null where it is corrupt. That of a
 * newer schema may have any shape, and is never written; only who it is counts.
 */
function readableState(fields: Record<string, unknown>): DocumentState | null | undefined {
  const { state } = fields;
  if (state == null) return undefined;
  if (isState(state)) return state;
  const schema = schemaOf(fields);
  if (schema <= SCHEMA) return null;
  const { incarnation } = state as Record<string, unknown>;
  return typeof incarnation === 'string' ? { ...newState(incarnation, null), schema } : undefined;
}

/**
 * Tells whether an element of `messages` has the shape of an entry. Reads pass over those that have
 * not, as the SDK's own file session does with corrupt records.
 */
export function isMessageEntry(value: unknown): value is MessageEntry {
  return (
    isRecord(value) &&
    typeof value['id'] === 'string' &&
    typeof value['role'] === 'string' &&
    typeof value['content'] === 'string'
  );
}

/**
 * Gives the id of an element of `messages`, or an empty string where it has none.
 */
export function entryId(value: unknown): string {
  return isRecord(value) && typeof value['id'] === 'string' ? value['id'] : '';
}

function isForkPoint(value: unknown): value is ForkPoint {
  return (
    isRecord(value) &&
    typeof value['session_id'] === 'string' &&
    typeof value['incarnation'] === 'string' &&
    typeof value['index'] === 'number' &&
    (value['message_id'] === null || typeof value['message_id'] === 'string') &&
    typeof value['time'] === 'number'
  );
}

function isMetadata(value: unknown): value is DocumentMetadata {
  return (
    isRecord(value) &&
    typeof value['message_count'] === 'number' &&
    typeof value['total_tokens'] === 'number' &&
    (Array.isArray(value['agents_used']) || isEmptyObject(value['agents_used']))
  );
}

/**
 * Gives the schema number of a document; that of a Python document is 0.
 */
export function schemaOf({ state }: Record<string, unknown>): number {
  const schema = isRecord(state) ? state['schema'] : null;
  return typeof schema === 'number' ? schema : 0;
}

/** What `ttl` can be as an option. */
function isTtl(value: unknown): boolean {
  return (
    value == null ||
    (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value < 2 ** 31)
  );
}

/** Lua cannot tell an empty object from an empty array, so neither counts as wrong. */
function isEmptyObject(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0;
}

function isState(value: unknown): value is DocumentState {
  return (
    isRecord(value) &&
    typeof value['schema'] === 'number' &&
    typeof value['incarnation'] === 'string' &&
    typeof value['generation'] === 'number' &&
    isTtl(value['ttl'])
  );
}
