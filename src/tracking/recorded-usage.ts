/**
 * Usage that a session has recorded before the SDK adds it to the run's: that of a compaction.
 *
 * @module
 */

const recorded = new WeakSet<object>();

/**
 * Takes note that a session has recorded this usage of a request.
 */
export function markRecorded(requestUsage: object): void {
  recorded.add(requestUsage);
}

/**
 * Tells whether a session has recorded this usage of a request.
 */
export function isRecorded(requestUsage: object): boolean {
  return recorded.has(requestUsage);
}
