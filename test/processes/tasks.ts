/**
 * What a worker process can be asked to do with a session.
 *
 * @module
 */
import { JSONSession } from '../../src/index.ts';
import { SessionError } from '../../src/errors.ts';
import { testKeyring } from '../encryption/keyrings.ts';

/**
 * One task on one session.
 */
export interface Task {
  readonly kind: 'append' | 'create' | 'first-write' | 'pop' | 'push';
  readonly url: string;
  readonly keyPrefix: string;
  readonly sessionId: string;
  /** Tells the processes apart; part of every text that one writes. */
  readonly worker: number;
  /** How often it does the thing. */
  readonly rounds: number;
  /** Whether the session is encrypted, with a key that all processes have. */
  readonly isEncrypted?: boolean;
}

/**
 * What a task found: its texts in order (popped or written), and the codes of errors.
 */
export interface TaskResult {
  readonly texts: string[];
  readonly errors: string[];
}

/** Tokens of the message of one round: different ones, so that a lost one shows in the sum. */
export function tokensOf(worker: number, round: number): number {
  return worker * 1000 + round + 1;
}

/** What `append` writes in one round: two items together and one message. */
export function textsOf(worker: number, round: number): string[] {
  return ['a', 'b', 'm'].map((part) => `${worker}/${round}/${part}`);
}

/**
 * Opens the connection without touching the session of the task.
 */
export async function connect(task: Task): Promise<JSONSession> {
  const { url, keyPrefix, sessionId, isEncrypted } = task;
  const encryption = isEncrypted === true ? await testKeyring() : undefined;
  const options = { url, keyPrefix, timeoutMs: 30_000, encryption };
  const warmUp = new JSONSession({ ...options, sessionId: `${sessionId}-absent` });
  await warmUp.getItems();
  await warmUp.close();
  return new JSONSession({ ...options, sessionId, ttl: 600 });
}

/**
 * Does the task.
 */
export async function perform(session: JSONSession, task: Task): Promise<TaskResult> {
  const texts: string[] = [];
  const errors: string[] = [];
  for (let round = 0; round < task.rounds; round += 1) {
    try {
      texts.push(...(await ROUNDS[task.kind](session, task.worker, round)));
    } catch (error) {
      errors.push(error instanceof SessionError ? error.code : String(error));
    }
  }
  return { texts, errors };
}

type Round = (session: JSONSession, worker: number, round: number) => Promise<string[]>;

const ROUNDS: Record<Task['kind'], Round> = {
  async append(session, worker, round) {
    const [first = '', second = '', message = ''] = textsOf(worker, round);
    await session.addItems([
      { role: 'user', content: first },
      { role: 'user', content: second },
    ]);
    await session.addMessage({
      role: 'assistant',
      content: message,
      agent: `agent-${worker}`,
      tokens: tokensOf(worker, round),
    });
    // All workers use the same few names.
    await session.trackAgent(`agent-${round % 5}`);
    return [first, second, message];
  },

  async create(session) {
    await session.create();
    return ['created'];
  },

  async 'first-write'(session, worker, round) {
    const text = `${worker}/${round}`;
    await session.addMessage({ role: 'user', content: text });
    return [text];
  },

  async pop(session) {
    const item = await session.popItem();
    return item !== undefined && 'content' in item ? [item.content as string] : [];
  },

  async push(session, worker, round) {
    const texts = [`${worker}/${round}/a`, `${worker}/${round}/b`];
    await session.addItems(texts.map((content) => ({ role: 'user', content })));
    return texts;
  },
};
