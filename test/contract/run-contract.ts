/**
 * Runs the contract of a session store with Vitest.
 *
 * @module
 */
import { expect, it } from 'vitest';

import { sessionStoreContract, type StoreContractOptions } from '../../src/testing/index.ts';

/**
 * Makes every case of the contract a test. They share nothing, so they run at the same time.
 */
export function runContract(options: StoreContractOptions): void {
  const cases = sessionStoreContract(options).map(({ name, run }) => [name, run] as const);
  it.concurrent.for(cases)('%s', async ([, run]) => {
    await run();
    expect.assertions(0);
  });
}
