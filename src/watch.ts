/**
 * Being told that a session may have changed, where a store can tell.
 *
 * @module
 */

/**
 * What {@link WatchSession} takes.
 */
export interface WatchParams {
  /** The key of the session. */
  readonly key: string;
  /** Is called when the session may have changed, was created, or is gone; also when nothing has. */
  readonly onChange: () => void;
  /** Is called once when nothing more will be told, other than by stopping it. */
  readonly onEnd: () => void;
  /** Milliseconds until it must watch. */
  readonly timeoutMs?: number;
  /** Ends the attempt to watch. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Begins to watch, and gives what stops it. What was written before it is there is not told.
 */
export type WatchSession = (params: WatchParams) => Promise<() => void>;
