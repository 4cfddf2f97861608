/**
 * A worker: one that `dies` when the turn is stored and the queue does not know, one whose model `fails`
 * once, or one whose model has `no answer`.
 *
 * @module
 */
import { modelError } from '@openai/agents-core/testing';
import { type Job, Worker } from 'bullmq';
import { answer, type Question, startWorker } from '../../../examples/recipes/queue-worker.ts';
import { answerWith, counts } from './scripted-answers.ts';

// How soon others take over the job of a worker that is gone; on a busy machine one can seem to be.
const soon = { lockDuration: 2000, stalledInterval: 500, maxStalledCount: 10 };

async function answerAndDie(job: Job<Question>): Promise<void> {
  await answer(job);
  process.kill(process.pid, 'SIGKILL');
}

if (process.argv[2] === 'dies') {
  answerWith(counts());
  const connection = { url: process.env['REDIS_URL'] ?? '' };
  const worker = new Worker<Question>('questions', answerAndDie, { connection, ...soon });
  await worker.waitUntilReady();
} else {
  const overloaded = modelError(new Error('overloaded'));
  answerWith(...(process.argv[2] === 'fails' ? [overloaded, counts()] : []));
  startWorker(soon);
}
