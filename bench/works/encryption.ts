/**
 * What encryption costs: the same session, encrypted and not.
 *
 * @module
 */
import { ENCRYPTED_SESSION, JSON_SESSION } from '../peers/ours/redis-session.ts';
import type { Task } from '../peers/peer.ts';
import { comparedWork } from './compared-work.ts';
import type { Work } from './work.ts';

const TASKS: readonly (readonly [task: Task, title: string])[] = [
  ['append', 'encrypted: append 1 message'],
  ['live-read', 'encrypted: all items, 4 of them new'],
  ['first-read', 'encrypted: all items, first read'],
  ['newest', 'encrypted: newest 20 as items'],
];

/** Encrypted against plain, at 1,000 messages. */
export const ENCRYPTION: readonly Work[] = TASKS.map(([task, title]) =>
  comparedWork({
    name: `encrypted-${task}`,
    title,
    task,
    lengths: [1000],
    ours: ENCRYPTED_SESSION,
    peers: [JSON_SESSION],
  }),
);
