/**
 * The arguments of `applyHistoryTransaction`, as the SDK accepts them.
 *
 * @module
 */
import {
  type AgentInputItem,
  MemorySession,
  type SessionHistoryTransaction,
  type SessionHistoryTransactionArgs,
  UserError,
} from '@openai/agents-core';

/**
 * A transaction that was checked, in one form for both types: an append replaces nothing.
 */
export interface CheckedTransaction {
  readonly operationId: string;
  readonly type: SessionHistoryTransaction['type'];
  readonly expectedSuffix: readonly AgentInputItem[];
  readonly replacement: readonly AgentInputItem[];
}

const SUFFIX_MISMATCH = 'Session history suffix no longer matches the transaction precondition.';
const INVALID_ARGUMENTS = 'Session history transaction arguments are invalid.';

/**
 * The failure for a history that does not end as a transaction expects.
 */
export function suffixMismatch(): UserError {
  return new UserError(SUFFIX_MISMATCH);
}

/**
 * The failure for an operation id that stands for another transaction.
 */
export function transactionMismatch(): UserError {
  return new UserError(
    'Session history operation was already applied with a different transaction.',
  );
}

/**
 * Checks the arguments and takes a copy of them.
 *
 * The SDK's own `MemorySession` does the checking, so that what is accepted, refused, and said about
 * it is the same as there in every version of the SDK.
 *
 * @throws `UserError` of the SDK, which repeats no content.
 */
export async function checkTransaction(
  args: SessionHistoryTransactionArgs,
): Promise<CheckedTransaction> {
  const { operationId, transaction } = readOnce(args);
  const checking = checkWithSdk({ operationId, transaction });
  // Before the first wait, after which the caller may change what it handed over.
  const copy = copyOf(transaction);
  await checking;
  return copy.type === 'append_items'
    ? { operationId, type: copy.type, expectedSuffix: [], replacement: copy.items }
    : { operationId, ...copy };
}

/** A getter can give something else each time. */
function readOnce(args: SessionHistoryTransactionArgs): SessionHistoryTransactionArgs {
  try {
    if (typeof args !== 'object') throw new TypeError('no object');
    const { operationId, transaction } = args;
    return { operationId, transaction };
  } catch {
    throw new UserError(INVALID_ARGUMENTS);
  }
}

/** What cannot be copied is refused by the check. */
function copyOf(transaction: SessionHistoryTransaction): SessionHistoryTransaction {
  try {
    return structuredClone(transaction);
  } catch {
    return transaction;
  }
}

async function checkWithSdk(args: SessionHistoryTransactionArgs): Promise<void> {
  try {
    await new MemorySession().applyHistoryTransaction(args);
  } catch (error) {
    // Its memory is empty: that the suffix does not match is said of valid arguments only.
    if (!(error instanceof UserError) || error.message !== SUFFIX_MISMATCH) throw error;
  }
}
