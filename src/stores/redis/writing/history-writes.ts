/**
 * The writes that change a history.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { fullRecord } from '../../../document/run-record.ts';
import { ConflictError } from '../../../errors.ts';
import type { AppendParams, RewriteParams, WriteResult } from '../../../store.ts';
import { type MergedAttributes, mergeAttributes } from './attributes.ts';
import type { RedisCommander } from '../clients/commander.ts';
import type { ScriptWriter } from './script-writer.ts';
import { append as appendScript, rewrite as rewriteScript } from '../scripts.generated.ts';
import { emptyTrash, trashKey } from './trash.ts';
import type { WriteKeys } from './write-keys.ts';

/**
 * What writes take of their store.
 */
export interface WriteParts {
  readonly commander: RedisCommander;
  readonly writer: ScriptWriter;
  readonly keys: WriteKeys;
}

/**
 * Adds entries.
 *
 * @throws as `SessionStore.append`.
 */
export async function appendEntries(
  parts: WriteParts,
  params: AppendParams,
  deadline: Deadline,
): Promise<WriteResult> {
  const { key, changes } = params;
  if (changes.attributes === undefined) {
    return applied(await tryAppend(parts, params, deadline, {}));
  }
  return mergeAttributes(changes.attributes, {
    canMerge: parts.writer.hasMerge,
    read: async () => parts.commander.read(key, ['JSON.GET', key, '$.attributes'], deadline),
    write: async (attributes) => tryAppend(parts, params, deadline, attributes),
  });
}

/**
 * Drops entries, and puts others in their place.
 *
 * @throws as `SessionStore.rewrite`.
 */
export async function rewriteEntries(
  { commander, writer, keys }: WriteParts,
  params: RewriteParams,
  deadline: Deadline,
): Promise<WriteResult | null> {
  const { version, drop, forgetOperations, resetTokens, entries = [] } = params;
  const { historyStart, dropOldest = 0, operation, repeats, run } = params;
  const args = [
    version === null ? '' : String(version.generation),
    version === null ? '' : version.lastId,
    String(drop),
    forgetOperations ? '1' : '0',
    resetTokens ? '1' : '0',
    historyStart === 'kept' ? '1' : '0',
    String(dropOldest),
    keys.ofOthers(params),
    ...entries.map(entryText),
  ];
  const trash = drop === 'all' ? trashKey(params) : null;
  const besides = keys.of(params, trash === null ? {} : { trash });
  const record = fullRecord(run);
  const rewrite = { script: rewriteScript, besides, args, operation, repeats, record };
  const done = await writer.run(params, { ...rewrite, deadline });
  if (done === null) return null;
  const { hasTrash = false, ...result } = done;
  if (hasTrash && trash !== null) await emptyTrash(commander, trash, deadline);
  return result;
}

/**
 * Gives the result of a write that nothing can have come in between of.
 *
 * @throws {@link ConflictError} (`conflict`) where something has all the same.
 */
export function applied(result: WriteResult | null): WriteResult {
  if (result === null) throw new ConflictError('The session was changed by another writer');
  return result;
}

/** Gives null when the attributes have changed, or the server cannot merge them. */
async function tryAppend(
  { writer, keys }: WriteParts,
  params: AppendParams,
  deadline: Deadline,
  attributes: MergedAttributes,
): Promise<WriteResult | null> {
  const { create, entries, operation, repeats, run } = params;
  const { handoffContext } = params.changes;
  const args = [
    create === null ? '' : JSON.stringify(params.sessionId),
    create === null ? '' : JSON.stringify(create.userId),
    handoffContext === undefined ? '' : JSON.stringify(handoffContext),
    attributes.patch ?? '',
    attributes.before ?? '',
    attributes.after ?? '',
    create === null ? '' : keys.ofOthers(params),
    ...entries.map(entryText),
  ];
  const incarnation = create?.incarnation;
  const record = fullRecord(run, params);
  const besides = keys.creating(params, create);
  const append = { script: appendScript, besides, args, deadline, incarnation };
  return writer.run(params, { ...append, operation, repeats, record });
}

/** As `entries.lua` takes it. */
function entryText(entry: NonNullable<RewriteParams['entries']>[number]): string {
  const text = JSON.stringify(entry);
  return 'timestamp' in entry ? `=${text}` : text.slice(0, -1);
}
