/**
 * Sessions of Python packages, each on its own client. Another language's client is part of what is
 * measured.
 *
 * @module
 */
import { newName, type Place } from '../../place/place.ts';
import type { Conversation, Peer, Task } from '../peer.ts';
import type { PythonProcess } from './python-process.ts';

class PythonConversation implements Conversation {
  readonly #python: PythonProcess;
  readonly #name: string;

  constructor(python: PythonProcess, name: string) {
    this.#python = python;
    this.#name = name;
  }

  async time(task: Task, runs: number): Promise<number> {
    const { ms } = await this.#python.ask({ do: 'time', name: this.#name, task, runs });
    return Number(ms);
  }

  async close(): Promise<void> {
    await this.#python.ask({ do: 'close', name: this.#name });
  }
}

/** The class that this package is the counterpart of. */
export const PYTHON_CLASS: Peer = pythonPeer('JSONSession', '`redis-openai-agents` (Python)');

/** The list of the Python SDK. */
export const PYTHON_REDIS_SESSION: Peer = pythonPeer('RedisSession', '`RedisSession` (Python)');

/** The SQLite file of the Python SDK. */
export const PYTHON_SQLITE_SESSION: Peer = pythonPeer('SQLiteSession', '`SQLiteSession` (Python)');

function pythonPeer(peer: string, label: string): Peer {
  return {
    name: `${peer} in Python`,
    label,
    language: 'Python',
    async open(place: Place, length) {
      const { python, url, prefix, folder } = place;
      if (python === null) throw new Error('There is no Python');
      const name = newName();
      await python.ask({ do: 'open', peer, name, length, url, prefix, folder });
      return new PythonConversation(python, name);
    },
  };
}
