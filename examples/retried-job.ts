/**
 * A worker behind a queue that delivers a job until it is acknowledged. The first worker dies after its
 * run, before it can acknowledge: the second one finds the answer, and the model was paid once.
 */
import { spawnSync } from 'node:child_process';
import { Agent } from '@openai/agents';
import { JSONSession, run } from 'agents-json-session';
import { answerOffline, says } from './offline-model.ts';

interface Job {
  readonly id: string;
  readonly chat: string;
  readonly text: string;
}

/** What a worker does, in a process of its own. */
async function work({ id, chat, text }: Job, delivery: number): Promise<void> {
  const agent = new Agent({ name: 'Assistant', instructions: 'Answer briefly.' });
  await using session = new JSONSession({ sessionId: chat });
  const { answer, status } = await session.once(id, () => run(agent, text, { session }));
  console.log(
    `Worker ${process.pid} ${status === 'repeated' ? 'finds' : 'stores'} the answer: ${answer}`,
  );
  if (delivery === 1) process.kill(process.pid, 'SIGKILL');
}

/** What a queue does. A worker that ends well has acknowledged. */
function deliver(job: Job, delivery = 1): void {
  const args = [import.meta.filename, JSON.stringify(job), String(delivery)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  console.log(`Delivery ${delivery} ${status === 0 ? 'was acknowledged' : 'failed'}.\n`);
  if (status !== 0 && delivery < 3) deliver(job, delivery + 1);
}

answerOffline(says('In Norway.'));
const [job, delivery] = process.argv.slice(2);
if (job !== undefined) await work(JSON.parse(job) as Job, Number(delivery));
else {
  await using session = await JSONSession.create({ userId: 'ada', ttl: 3600 });
  deliver({ id: 'job-1', chat: session.sessionId, text: 'Where is Oslo?' });

  for (const { role, content } of await session.getMessages()) console.log(role, content);
  const { usage } = await session.getMetadata();
  console.log(`Requests to the model: ${usage.requests}`);

  const undone = await session.popTurn();
  console.log(`\nThe user takes the question back: ${undone.length} messages are removed.`);
}
