/**
 * A worker of BullMQ. A job is delivered again when its worker dies, or its run fails: the question is
 * stored once, and a turn that is stored is not paid again.
 */
import { Agent, Runner } from '@openai/agents';
import { JSONSession, tracked } from 'agents-json-session';
import { type Job, Worker, type WorkerOptions } from 'bullmq';

export interface Question {
  readonly chat: string;
  readonly user: string;
  readonly text: string;
}

const agent = new Agent({ name: 'Assistant', instructions: 'Answer briefly.' });
const runner = tracked(new Runner(), { keepFailedRuns: true });

export async function answer({ id, data }: Job<Question>): Promise<unknown> {
  if (id === undefined) throw new Error('The job has no id');
  await using session = new JSONSession({ sessionId: data.chat, userId: data.user });
  // Jobs of one conversation go one after another, in all workers.
  const outcome = await session.exclusive(() =>
    session.once(id, () => runner.run(agent, data.text, { session })),
  );
  return outcome.answer;
}

export function startWorker(options: Partial<WorkerOptions> = {}): Worker<Question> {
  const url = process.env['REDIS_URL'] ?? 'redis://localhost:6379';
  const worker = new Worker<Question>('questions', answer, { connection: { url }, ...options });
  worker.on('error', (error) => console.error(error.message));
  // Jobs at work end; none is taken any more.
  process.once('SIGTERM', () => void worker.close());
  return worker;
}
