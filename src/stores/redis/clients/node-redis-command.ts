/**
 * Commands as clients of node-redis take them.
 *
 * @module
 */

/**
 * How a client of node-redis is to send one command.
 */
export interface NodeRedisSendOptions {
  /** Milliseconds after which a command that could not be sent yet is dropped; 0 for never. */
  readonly timeout?: number;
  /** Drops it when it could not be sent yet. */
  readonly abortSignal?: AbortSignal;
}

/** Name and arguments of a command, and what says that nobody waits for its reply any more. */
interface SignalledCommand {
  readonly args: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives a command as clients of node-redis take it. Their own timeout, which starts a timer with each
 * command that nothing stops, gives way to the signal of the call.
 */
export function argsAndOptions({
  args,
  signal,
}: SignalledCommand): [string[], NodeRedisSendOptions] {
  return [[...args], { timeout: 0, ...(signal && { abortSignal: signal }) }];
}
