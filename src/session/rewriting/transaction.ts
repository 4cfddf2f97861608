/**
 * Changes of a history that are applied once, however often and from wherever they are sent.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { Deadline } from '../../deadline.ts';
import type { JsonValue } from '../../document/document.ts';
import { hasCode } from '../../errors.ts';
import { canonicalText, sha256 } from '../../items/canonical-text.ts';
import type { Operation } from '../../store.ts';
import { itemJson, sameItems } from '../../items/item-equality.ts';
import { selectItems, toItems } from '../item-selection.ts';
import { NO_VERSION, rewriteAsPlanned } from './rewriting.ts';
import type { OriginatedWrite } from '../writing/origin.ts';
import type { Removal } from '../writing/requested-write.ts';
import type { SessionHandle } from '../session-handle.ts';
import {
  type CheckedTransaction,
  suffixMismatch,
  transactionMismatch,
} from './transaction-arguments.ts';

/** What a transaction is known by, and when the call must have ended. */
interface TransactionCall {
  readonly operation: Operation;
  readonly deadline: Deadline;
}

/**
 * Applies a transaction.
 *
 * @param expectedSuffix - What it replaces; nothing where it appends.
 * @param operation - Names it, with a digest of the transaction as it was handed over.
 * @throws `UserError` of the SDK when the history does not end as expected, or the operation id stands
 * for another transaction.
 */
export async function applyTransaction(
  handle: SessionHandle,
  expectedSuffix: readonly AgentInputItem[],
  { entries, run, operation, deadline }: OriginatedWrite & TransactionCall,
): Promise<void> {
  try {
    if (expectedSuffix.length === 0) {
      await handle.append({ entries, operation, run }, deadline);
    } else {
      const write = { entries, operation, ...(run && { run }) };
      await replaceSuffix(handle, expectedSuffix, { write, deadline });
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
  const body: JsonValue = [type, expectedSuffix.map(itemJson), replacement.map(itemJson)];
  return { id: await sha256(operationId), digest: await sha256(canonicalText(body)) };
}

async function replaceSuffix(
  handle: SessionHandle,
  expectedSuffix: readonly AgentInputItem[],
  {
    write,
    deadline,
  }: { write: Pick<Removal, 'entries' | 'operation' | 'run'>; deadline: Deadline },
): Promise<void> {
  await rewriteAsPlanned(handle, deadline, async () => {
    const snapshot = await handle.read(selectItems(expectedSuffix.length), deadline);
    const { entries, tail, visited } = snapshot ?? { entries: [], tail: null, visited: 0 };
    if (sameItems(toItems(entries), expectedSuffix)) {
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
