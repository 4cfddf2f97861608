/**
 * A client whose writes meet with every kind of accident, by a seed.
 *
 * @module
 */
import type { RedisCommandSender } from 'agents-json-session/redis';

const LATEST_MS = 60;

/**
 * A sender over a real one that loses, delays, doubles and refuses scripts.
 */
export class UnreliableSender implements RedisCommandSender {
  /** Whether accidents happen. */
  active = true;
  readonly #sender: RedisCommandSender;
  readonly #late = new Set<Promise<unknown>>();
  #state: number;

  constructor(sender: RedisCommandSender, seed: number) {
    this.#sender = sender;
    this.#state = seed;
  }

  async send(command: Parameters<RedisCommandSender['send']>[0]): Promise<unknown> {
    const send = (): Promise<unknown> => this.#sender.send(command);
    if (!this.active || !command.args[0]?.startsWith('EVAL')) return send();
    const accident = this.random();
    if (accident < 0.15) throw connectionReset();
    if (accident < 0.3) {
      await send();
      throw connectionReset();
    }
    if (accident < 0.36) {
      this.#sendLate(send);
      throw connectionReset();
    }
    if (accident < 0.4) throw new Error('NOAUTH Authentication required.');
    if (accident < 0.44) throw new Error("OOM command not allowed when used memory > 'maxmemory'.");
    if (accident < 0.48) throw new Error('LOADING Redis is loading the dataset in memory');
    return send();
  }

  /** Waits for what is still under way. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#late);
  }

  /** Gives a number from 0 to 1, the next of the seed. */
  random(): number {
    this.#state = (this.#state * 1_103_515_245 + 12_345) % 2 ** 31;
    return this.#state / 2 ** 31;
  }

  #sendLate(send: () => Promise<unknown>): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, this.random() * LATEST_MS);
    // It can fail before anybody waits for it.
    this.#late.add(promise.then(send).catch(() => {}));
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
