/**
 * A process that does one task after the other, each over connections of its own.
 *
 * @module
 */
import { once } from 'node:events';
import { closeStores } from '../../src/index.ts';
import { doTask, type Task } from './tasks.ts';

process.send?.({ kind: 'ready' });
for (;;) {
  const [task] = (await once(process, 'message')) as [Task];
  try {
    const result = await doTask(task);
    // What comes next must find its session as after a restart.
    await closeStores();
    process.send?.({ kind: 'result', result });
  } catch (error) {
    process.send?.({ kind: 'error', result: String(error) });
  }
}
