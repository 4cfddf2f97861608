/**
 * A way to the server on which a round trip takes time, as between two machines.
 *
 * @module
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * A port of 127.0.0.1 that leads to a server. It has a thread of its own, so that it takes no time of
 * the client.
 */
export interface SlowLink extends AsyncDisposable {
  readonly url: string;
}

/**
 * Opens one.
 *
 * @param url - The server.
 * @param delayMs - Milliseconds by which every reply comes late.
 */
export async function openSlowLink(url: string, delayMs: number): Promise<SlowLink> {
  const { hostname, port } = new URL(url);
  const workerData = { host: hostname, port: Number(port === '' ? '6379' : port), delayMs };
  const worker = new Worker(new URL('slow-link-thread.ts', import.meta.url), { workerData });
  const [ownPort] = (await once(worker, 'message')) as [number];
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String(ownPort);
  return {
    url: own.href,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
