/**
 * NestJS: a module whose runs end before the connection does. In `main.ts`: `app.enableShutdownHooks()`.
 */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Agent, Runner } from '@openai/agents';
import { JSONSession, tracked } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

const agent = new Agent({ name: 'Assistant', instructions: 'Answer briefly.' });
const runner = tracked(new Runner());

@Injectable()
export class Conversations implements BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #store: RedisStore;
  readonly #running = new Set<Promise<unknown>>();

  constructor(@Inject(RedisStore) store: RedisStore) {
    this.#store = store;
  }

  async answer(sessionId: string, userId: string, text: string): Promise<string> {
    const session = new JSONSession({ sessionId, userId, store: this.#store });
    const running = runner.run(agent, text, { session });
    this.#running.add(running);
    try {
      const { finalOutput } = await running;
      return finalOutput ?? '';
    } finally {
      this.#running.delete(running);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#store.close();
  }
}

function openStore(): RedisStore {
  return RedisStore.open(process.env['REDIS_URL'] ?? 'redis://localhost:6379');
}

@Module({
  providers: [Conversations, { provide: RedisStore, useFactory: openStore }],
  exports: [Conversations],
})
export class ConversationsModule {}
