/**
 * Changes of a history that are applied once, however often and from wherever they are sent.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { JsonValue } from '../document/document.ts';
import { hasCode } from '../errors.ts';
import { canonicalText, sha256 } from '../items/canonical-text.ts';
import type { ItemCodecOptions } from '../items/item-codec.ts';
import { canonicalise } from '../items/item-json.ts';
import type { Operation } from '../store.ts';
import { selectItems, toItems } from './item-selection.ts';
import { itemEntries } from './new-entries.ts';
import { rewriteAsPlanned } from './rewriting.ts';
import type { SessionHandle } from './session-handle.ts';
import {
  type CheckedTransaction,
  suffixMismatch,
  transactionMismatch,
} from './transaction-arguments.ts';

/** No entry has this id, so a rewrite that expects it changes nothing. */
const NO_VERSION = { generation: -1, lastId: '-' };

/**
 * Applies a transaction.
 *
 * @param operation - Names it, with a digest of the transaction as it was handed over.
 * @throws `UserError` of the SDK when the history does not end as expected, or the operation id stands
 * for another transaction.
 */
export async function applyTransaction(
  handle: SessionHandle,
  transaction: CheckedTransaction,
  { operation, codec }: { operation: Operation; codec: ItemCodecOptions },
): Promise<void> {
  const entries = itemEntries(transaction.replacement, codec);
  try {
    if (transaction.expectedSuffix.length === 0) {
      await handle.append({ entries, operation });
    } else {
      await replaceSuffix(handle, transaction.expectedSuffix, { entries, operation });
    }
  } catch (error) {
    if (hasCode(error, 'operation_conflict')) throw transactionMismatch();
    // A session that was never created has no suffix.
    throw hasCode(error, 'session_not_found') ? suffixMismatch() : error;
  }
}

/**
 * Gives the operation of a transaction: the same for transactions which differ in nothing but the
 * order of their keys.
 */
export async function operationOf({
  operationId,
  type,
  expectedSuffix,
  replacement,
}: CheckedTransaction): Promise<Operation> {
  const body: JsonValue = [type, expectedSuffix.map(toJson), replacement.map(toJson)];
  return { id: await sha256(operationId), digest: await sha256(canonicalText(body)) };
}

async function replaceSuffix(
  handle: SessionHandle,
  expectedSuffix: readonly AgentInputItem[],
  write: { entries: ReturnType<typeof itemEntries>; operation: Operation },
): Promise<void> {
  await rewriteAsPlanned(handle, async (deadline) => {
    const snapshot = await handle.read(selectItems(expectedSuffix.length), deadline);
    const { entries, tail, visited } = snapshot ?? { entries: [], tail: null, visited: 0 };
    if (isSame(toItems(entries), expectedSuffix)) {
      return { removal: { ...write, version: tail, drop: visited }, applied: undefined };
    }
    // Sent all the same: an operation that was applied before is a success.
    return {
      removal: { ...write, version: NO_VERSION, drop: 0 },
      applied: undefined,
      onConflict: () => {
        throw suffixMismatch();
      },
    };
  });
}

function isSame(actual: readonly AgentInputItem[], expected: readonly AgentInputItem[]): boolean {
  return canonicalText(actual.map(toJson)) === canonicalText(expected.map(toJson));
}

function toJson(item: AgentInputItem): JsonValue {
  return canonicalise(item, { loneSurrogates: 'replace', field: 'items' }).json;
}
