/**
 * How long tests wait for what comes by itself.
 *
 * @module
 */

/** For `vi.waitUntil` and the like. Longer than anything takes on a machine that is shared with others. */
export const PATIENCE = { timeout: 60_000 };

/** For a store whose every call must succeed. Redis takes as long to make an index beside much else. */
export const STORE_PATIENCE = { timeoutMs: 30_000 };
