/**
 * Everything that the contract is about.
 *
 * @module
 */
import { CALLS } from './cases/calls.ts';
import { COMPACTION } from './cases/compaction.ts';
import { CONCURRENCY } from './cases/concurrency.ts';
import { EXPIRY } from './cases/expiry.ts';
import { INPUT } from './cases/input.ts';
import { ITEMS } from './cases/items.ts';
import { LIFECYCLE } from './cases/lifecycle.ts';
import { LOCKS } from './cases/locks.ts';
import { MESSAGES } from './cases/messages.ts';
import { METADATA } from './cases/metadata.ts';
import { OWNERSHIP } from './cases/ownership.ts';
import { REMOVAL } from './cases/removal.ts';
import { RUNNER, STREAMED_RUNNER } from './cases/runner.ts';
import { RUN_RECORDS } from './cases/run-records.ts';
import { PORT } from './cases/port.ts';
import { FINDING } from './cases/finding.ts';
import { STORED_DOCUMENTS } from './cases/stored-documents.ts';
import { TRANSACTIONS } from './cases/transactions.ts';
import { TURNS } from './cases/turns.ts';
import type { Topic } from './topic.ts';

/**
 * All topics of the contract.
 */
export const TOPICS: readonly Topic[] = [
  LIFECYCLE,
  OWNERSHIP,
  MESSAGES,
  METADATA,
  REMOVAL,
  ITEMS,
  RUNNER,
  STREAMED_RUNNER,
  INPUT,
  EXPIRY,
  CONCURRENCY,
  ...LOCKS,
  TRANSACTIONS,
  ...CALLS,
  TURNS,
  COMPACTION,
  RUN_RECORDS,
  ...PORT,
  ...FINDING,
  ...STORED_DOCUMENTS,
];
