/**
 * Sessions in a SQLite file against bare statements and against the Python SDK's.
 *
 * @module
 */
import { BARE_INSERT, BARE_INSERT_ON_DISK } from '../peers/bare-insert.ts';
import { JSON_SESSION_IN_SQLITE, JSON_SESSION_ON_DISK } from '../peers/ours/sqlite-session.ts';
import { PYTHON_SQLITE_SESSION } from '../peers/python/python-peers.ts';
import { comparedWork } from './compared-work.ts';
import { atMost, timesFaster } from './goal.ts';
import type { Work } from './work.ts';

const LENGTHS = [100, 1000, 10_000, 100_000];

/** All of them on the same disk. */
export const SQLITE_WORKS: readonly Work[] = [
  comparedWork({
    name: 'sqlite-append',
    title: 'SQLite: append 1 message',
    task: 'append',
    lengths: LENGTHS,
    ours: JSON_SESSION_IN_SQLITE,
    peers: [BARE_INSERT, PYTHON_SQLITE_SESSION],
    goals: { [BARE_INSERT.name]: atMost(2), [PYTHON_SQLITE_SESSION.name]: timesFaster(5) },
    flat: atMost(1.2),
  }),
  comparedWork({
    name: 'sqlite-append-synced',
    title: 'SQLite, synced: append 1 message',
    task: 'append',
    lengths: [1000],
    ours: JSON_SESSION_ON_DISK,
    peers: [BARE_INSERT_ON_DISK, PYTHON_SQLITE_SESSION],
    goals: {
      [BARE_INSERT_ON_DISK.name]: atMost(2),
      [PYTHON_SQLITE_SESSION.name]: timesFaster(5),
    },
  }),
  comparedWork({
    name: 'sqlite-newest',
    title: 'SQLite: newest 20 as items',
    task: 'newest',
    lengths: LENGTHS,
    ours: JSON_SESSION_IN_SQLITE,
    peers: [BARE_INSERT, PYTHON_SQLITE_SESSION],
    goals: { [PYTHON_SQLITE_SESSION.name]: timesFaster(5) },
    flat: atMost(1.2),
  }),
];
