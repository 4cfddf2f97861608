/**
 * What another client notices: the times of its PINGs, sent by a process of its own.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Pings a server for as long as some work takes.
 */
export class PingTimes {
  readonly #pinger: ReturnType<typeof fork>;

  constructor(url: string) {
    this.#pinger = fork(new URL('pinger.ts', import.meta.url), [url]);
  }

  /** Milliseconds of each PING that began while the work was done, ascending. */
  async during(work: () => Promise<unknown>): Promise<number[]> {
    await this.#tell('start');
    await work();
    const times = (await this.#tell('stop')) as number[];
    return times.toSorted((left, right) => left - right);
  }

  close(): void {
    this.#pinger.disconnect();
  }

  async #tell(message: 'start' | 'stop'): Promise<unknown> {
    const answer = once(this.#pinger, 'message');
    this.#pinger.send(message);
    return (await answer)[0];
  }
}

/**
 * Gives the value that a part of ascending values does not exceed.
 *
 * @param part - From 0 to 1.
 */
export function percentile(ascending: readonly number[], part: number): number {
  const index = Math.min(ascending.length - 1, Math.floor(ascending.length * part));
  return ascending[index] ?? Number.NaN;
}
