/**
 * Sessions in Redis against those of others.
 *
 * @module
 */
import { BARE_COMMANDS } from '../peers/bare-commands.ts';
import { LANGCHAIN } from '../peers/langchain.ts';
import { LIST } from '../peers/list-session.ts';
import { MEMORY_SESSION } from '../peers/memory-session.ts';
import { JSON_SESSION } from '../peers/ours/redis-session.ts';
import { PYTHON_COMMANDS } from '../peers/python-commands.ts';
import { PYTHON_CLASS, PYTHON_REDIS_SESSION } from '../peers/python/python-peers.ts';
import { SCRIPT_ALONE } from '../peers/script-alone.ts';
import { comparedWork } from './compared-work.ts';
import { atMost, timesFaster } from './goal.ts';
import type { Work } from './work.ts';

const LENGTHS = [100, 1000, 10_000, 100_000];
/** What a flat line may still rise by: figures of one peer differ by as much from run to run. */
const FLAT = atMost(1.2);
const SESSIONS = [PYTHON_CLASS, PYTHON_REDIS_SESSION, LANGCHAIN, MEMORY_SESSION];

/** Appends and reads, at several lengths. */
export const REDIS_WORKS: readonly Work[] = [
  comparedWork({
    name: 'append',
    title: 'append 1 message',
    task: 'append',
    lengths: LENGTHS,
    ours: JSON_SESSION,
    peers: [LIST, BARE_COMMANDS, SCRIPT_ALONE, PYTHON_COMMANDS, ...SESSIONS],
    goals: { [LIST.name]: atMost(1.35), [PYTHON_COMMANDS.name]: timesFaster(2.3) },
    flat: FLAT,
    server: { flat: atMost(1.2), goals: { [LIST.name]: atMost(4.5) } },
  }),
  comparedWork({
    name: 'append-turn',
    title: 'append a turn of 4 items, its agent and usage',
    task: 'append-turn',
    lengths: LENGTHS,
    ours: JSON_SESSION,
    peers: [LIST, BARE_COMMANDS, PYTHON_COMMANDS, ...SESSIONS],
    goals: { [LIST.name]: atMost(1.55) },
    flat: FLAT,
  }),
  comparedWork({
    name: 'live-read',
    title: 'all items, 4 of them new',
    task: 'live-read',
    lengths: [100, 1000, 5000],
    ours: JSON_SESSION,
    peers: [LIST, BARE_COMMANDS, ...SESSIONS],
    goalsAt: {
      100: { [LIST.name]: timesFaster(3) },
      1000: { [LIST.name]: timesFaster(5) },
      5000: { [LIST.name]: timesFaster(6) },
    },
  }),
  comparedWork({
    name: 'first-read',
    title: 'all items, first read',
    task: 'first-read',
    lengths: [1000, 10_000],
    ours: JSON_SESSION,
    peers: [LIST, BARE_COMMANDS, ...SESSIONS],
    goalsAt: {
      1000: { [LIST.name]: atMost(1.3) },
      10_000: { [LIST.name]: atMost(1) },
    },
  }),
  comparedWork({
    name: 'newest',
    title: 'newest 20 as items',
    task: 'newest',
    lengths: LENGTHS,
    ours: JSON_SESSION,
    peers: [LIST, BARE_COMMANDS, ...SESSIONS],
    goals: { [LIST.name]: atMost(1.1) },
    flat: FLAT,
  }),
  comparedWork({
    name: 'newest-messages',
    title: 'newest 20 as messages',
    task: 'newest-messages',
    lengths: LENGTHS,
    ours: JSON_SESSION,
    peers: [LIST, PYTHON_CLASS],
    goals: { [LIST.name]: atMost(1.1) },
    flat: FLAT,
  }),
  comparedWork({
    name: 'newest-of-role',
    title: 'newest 10 of the user',
    task: 'newest-of-role',
    lengths: LENGTHS,
    ours: JSON_SESSION,
    peers: [LIST, BARE_COMMANDS, PYTHON_CLASS, LANGCHAIN],
    flat: FLAT,
  }),
];
