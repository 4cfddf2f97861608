/**
 * Watches a key through the tracking of the server: a connection of its own is told of every change,
 * expiry and deletion as it happens.
 *
 * @see https://redis.io/docs/latest/develop/reference/client-side-caching/
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { StoreUnavailableError, UnsupportedError } from '../../../errors.ts';
import type { WatchParams } from '../../../watch.ts';
import type { RedisCommandSender } from './client.ts';
import { connectNodeRedis, type NodeRedisOriginal } from '../durability/own-connections.ts';
import { failureName } from './failure.ts';
import { replyText } from './reply.ts';

/** What a watch is told; the rest of it is of the store. */
export type KeyWatch = Pick<WatchParams, 'key' | 'onChange' | 'onEnd'>;

/**
 * Connects as a client of node-redis does, and watches.
 *
 * @returns what stops it.
 * @throws the error of the connection, or of a server or user that may not track.
 */
export async function watchKey(
  original: NodeRedisOriginal,
  { key, onChange, onEnd }: KeyWatch,
  timeoutMs: number,
): Promise<() => void> {
  let isStopped = false;
  const connection = await connectNodeRedis(original, timeoutMs, {
    // Only the third protocol tells on the same connection.
    overrides: { RESP: 3, emitInvalidate: true },
    listeners: {
      // The name comes as a Buffer; null when the server has forgotten what it tracks.
      invalidate: (name) => {
        if (name === null || replyText(name) === key) onChange();
      },
      terminated: () => {
        if (!isStopped) onEnd();
      },
    },
  });
  const stop = (): void => {
    isStopped = true;
    connection.close();
  };
  try {
    // The client has begun to track what it reads, and the server does not go from one way to the other.
    await connection.send(['CLIENT', 'TRACKING', 'OFF']);
    await connection.send(['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', key]);
    return stop;
  } catch (error) {
    stop();
    throw error;
  }
}

/**
 * Watches a key at the master that has it, and gives what stops it.
 *
 * @throws {@link UnsupportedError} (`unsupported`) where the client cannot.
 * @throws {@link StoreUnavailableError} (`store_unavailable`) where the server or its user may not.
 */
export async function watchAtMaster(
  sender: RedisCommandSender,
  params: WatchParams,
  deadline: Deadline,
): Promise<() => void> {
  try {
    const master = sender.masterOf?.(params.key);
    if (master?.watch !== undefined)
      return await begun(master.watch(params, deadline.remaining), deadline);
  } catch (error) {
    throw deadline.failure(
      () => new StoreUnavailableError(`Redis cannot be watched (${failureName(error)})`),
    );
  }
  throw new UnsupportedError('watch', 'use a client of node-redis, or a URL');
}

/** A watch that begins when nobody waits for it any more is stopped. */
async function begun(watch: Promise<() => void>, deadline: Deadline): Promise<() => void> {
  let isLate = false;
  const stopLate = (stop: () => void): void => {
    if (isLate) stop();
  };
  watch.then(stopLate, () => {});
  try {
    return await deadline.limit(watch);
  } catch (error) {
    isLate = true;
    throw error;
  }
}
