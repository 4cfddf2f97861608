/**
 * Where a work is measured.
 *
 * @module
 */
import type { PythonProcess } from '../peers/python/python-process.ts';
import type { BenchClient } from './client.ts';

/**
 * A real Redis, a folder on a disk, and a Python, which all peers share.
 */
export interface Place {
  readonly url: string;
  /** The client of all peers that use node-redis. */
  readonly client: BenchClient;
  /** Begins every key. */
  readonly prefix: string;
  /** For files. */
  readonly folder: string;
  /** Null where there is none. */
  readonly python: PythonProcess | null;
}

let conversations = 0;

/**
 * A name that no other conversation of this run has.
 */
export function newName(): string {
  conversations += 1;
  return `c${conversations}`;
}
