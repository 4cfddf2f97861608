/**
 * A proxy before a Redis server that does harm to every n-th script, or wait, which passes.
 *
 * @module
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { frames } from './resp-frames.ts';

/**
 * What happens to a script:
 *
 * - `cut-before`: the connection ends, and the server never sees it.
 * - `cut-after`: the server runs it, and the connection ends before the reply.
 * - `reset`: the same, with a reset.
 * - `half-reply`: the connection ends in the middle of the reply.
 * - `delay`: the reply comes late, and so does all behind it.
 * - `black-hole`: the server runs it, then nothing passes either way, and in the end comes a reset.
 */
export type Fault = 'cut-before' | 'cut-after' | 'reset' | 'half-reply' | 'delay' | 'black-hole';

/** How late a delayed reply is, and how long a black hole lasts. */
export const FAULT_MS = 250;

/** What can meet with harm. */
export type Harmed = 'script' | 'wait';

const HARMED: Readonly<Record<Harmed, RegExp>> = {
  script: /^\*\d+\r\n\$\d+\r\nEVAL/,
  wait: /^\*\d+\r\n\$\d+\r\nWAIT/,
};
const PUSH = '>'.charCodeAt(0);

/** One connection of a client, and what its outstanding replies will meet with. */
interface Line {
  readonly client: Socket;
  readonly server: Socket;
  readonly owed: (Fault | null)[];
  /** Nothing passes any more. */
  cut: boolean;
}

/**
 * A running proxy.
 */
export class CutProxy {
  /** How many commands met with a fault. */
  faults = 0;
  readonly #target: number;
  readonly #listener: Server;
  readonly #lines = new Map<Line, Promise<unknown>>();
  #fault: Fault | null = null;
  #every = 1;
  #harmed: Harmed = 'script';
  #scripts = 0;

  private constructor(target: number, listener: Server) {
    this.#target = target;
    this.#listener = listener;
  }

  /**
   * Starts one on 127.0.0.1 that leads to a port there.
   */
  static async start(target: number): Promise<CutProxy> {
    const listener = createServer();
    const proxy = new CutProxy(target, listener);
    listener.on('connection', (client) => proxy.#open(client));
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** From now on every n-th script, or wait, meets with the fault. */
  harm(fault: Fault, every: number, harmed: Harmed = 'script'): void {
    this.#harmed = harmed;
    this.#fault = fault;
    this.#every = every;
  }

  /**
   * Does no harm any more, and waits until the server has seen the end of all that was cut.
   */
  async heal(): Promise<void> {
    this.#fault = null;
    const cut = [...this.#lines].filter(([line]) => line.cut);
    await Promise.all(cut.map(([, closed]) => closed));
  }

  async stop(): Promise<void> {
    this.#listener.close();
    for (const { client, server } of this.#lines.keys()) {
      client.destroy();
      server.destroy();
    }
    await Promise.all(this.#lines.values());
  }

  #open(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    const line: Line = { client, server, owed: [], cut: false };
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => {});
    const closed = once(server, 'close').catch(() => {});
    this.#lines.set(line, closed);
    void closed.then(() => this.#lines.delete(line));
    void this.#carry(line, this.#requests(line));
    void this.#carry(line, this.#replies(line));
  }

  /** The server still gets what was written to it, and its end of the connection closes after that. */
  async #carry(line: Line, direction: Promise<void>): Promise<void> {
    await direction.catch(() => {});
    line.cut = true;
    line.client.destroySoon();
    line.server.end();
    line.server.resume();
  }

  async #requests(line: Line): Promise<void> {
    for await (const request of frames(line.client)) {
      const fault = this.#next(request);
      if (fault === 'cut-before') return;
      if (line.cut) continue;
      line.owed.push(fault);
      line.server.write(request);
    }
  }

  async #replies(line: Line): Promise<void> {
    const { client, server, owed } = line;
    for await (const reply of frames(server.iterator({ destroyOnReturn: false }))) {
      const fault = reply[0] === PUSH ? null : (owed.shift() ?? null);
      if (fault === 'delay') await delay(FAULT_MS);
      if (fault === null || fault === 'delay') {
        client.write(reply);
        continue;
      }
      line.cut = true;
      if (fault === 'half-reply') client.write(reply.subarray(0, reply.length / 2));
      if (fault === 'black-hole') await delay(FAULT_MS);
      if (fault === 'reset' || fault === 'black-hole') client.resetAndDestroy();
      return;
    }
  }

  #next(request: Buffer): Fault | null {
    if (this.#fault === null || !HARMED[this.#harmed].test(request.toString('latin1', 0, 20)))
      return null;
    this.#scripts += 1;
    if (this.#scripts % this.#every !== 0) return null;
    this.faults += 1;
    return this.#fault;
  }
}
