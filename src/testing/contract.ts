/**
 * The contract of a session store, as test cases for any test runner.
 *
 * @module
 */
import { CaseScope } from './case-scope.ts';
import { TOPICS } from './topics.ts';
import type { SessionStore } from '../store.ts';

/**
 * What the contract needs to know of a store.
 */
export interface StoreContractOptions {
  /**
   * Opens a store over the same data each time, as another process would. Each case closes what it
   * opens.
   */
  open: () => SessionStore | Promise<SessionStore>;
  /**
   * Gives the document at a key as the store would show it to a person, parsed, or null where there is
   * none. With it the contract also checks what is stored, after every operation.
   */
  readDocument?: ((key: string) => Promise<unknown>) | undefined;
  /**
   * Puts a document at a key, as another program would. With it, and with `readDocument`, the contract
   * also checks that documents of the Python class and of later releases are understood.
   */
  writeDocument?: ((key: string, document: unknown) => Promise<void>) | undefined;
  /**
   * Throws when a document has not the shape of `docs/session-document.schema.json`. Any validator of
   * JSON Schema will do; without one the contract checks only what a schema cannot say.
   */
  checkDocument?: ((document: unknown) => void) | undefined;
}

/**
 * One case of the contract. It fails by throwing.
 */
export interface ContractCase {
  /** What must be true. */
  readonly name: string;
  /** Runs the case. */
  readonly run: () => Promise<void>;
}

/**
 * Gives the cases that every store must pass. They share nothing, use keys of their own and remove
 * them, so they can run in any order and at the same time.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { SqliteStore } from 'agents-json-session/sqlite';
 * import { sessionStoreContract } from 'agents-json-session/testing';
 *
 * const cases = sessionStoreContract({ open: () => SqliteStore.open('contract.db') });
 * for (const { name, run } of cases) test(name, run);
 * ```
 */
export function sessionStoreContract(options: StoreContractOptions): ContractCase[] {
  const reads = options.readDocument !== undefined;
  const writes = options.writeDocument !== undefined;
  return TOPICS.filter(
    ({ needs }) => needs === 'nothing' || (reads && (needs === 'read' || writes)),
  )
    .flatMap(({ title, cases }) =>
      Object.entries(cases).map(([name, run]) => ({ title, name, run })),
    )
    .map(({ title, name, run }) => ({
      name: `${title}: ${name}`,
      run: () => CaseScope.use(options, run),
    }));
}
