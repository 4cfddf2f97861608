/**
 * A process that writes until it is ended, and keeps a diary of what it was told: each write when it
 * begins and when it has ended, so that a SIGKILL loses none of it.
 *
 * @module
 */
import { appendFileSync } from 'node:fs';
import { JSONSession } from '../../src/index.ts';
import { Load } from './load.ts';
import type { WriterTask } from './writer-processes.ts';

const { name, diary, pace, ...options } = JSON.parse(process.argv[2] ?? '{}') as WriterTask;
process.once('disconnect', () => process.exit());
const note = (line: unknown): void => appendFileSync(diary, `${JSON.stringify(line)}\n`);
await new Load([{ name, session: new JSONSession(options), ownIds: true, pace, note }]).finish();
