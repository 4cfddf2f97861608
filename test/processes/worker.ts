/**
 * A process that does tasks: for each it connects, says so, waits for the start, and tells the result.
 *
 * @module
 */
import { once } from 'node:events';
import { connect, perform, type Task } from './tasks.ts';

function answer(kind: string, value?: unknown): void {
  process.send?.({ kind, value });
}

async function work(task: Task): Promise<void> {
  const session = await connect(task);
  const start = once(process, 'message');
  answer('ready');
  await start;
  answer('result', await perform(session, task));
  await session.close();
}

for (;;) {
  const [task] = (await once(process, 'message')) as [Task];
  await work(task).catch((error: unknown) => answer('error', String(error)));
}
