/**
 * Finding sessions in a store that encrypts: by what stays readable.
 *
 * @module
 */
import type { DirectoryStore } from '../directory-store.ts';
import { UnsupportedError } from '../errors.ts';

/**
 * Gives a directory that does what this one does, and refuses to search: what is said is nowhere as text.
 */
export function sealedDirectory(directory: DirectoryStore): DirectoryStore {
  return new Proxy(directory, {
    get(_, name): unknown {
      const member: unknown = Reflect.get(directory, name);
      if (typeof member !== 'function') return member;
      return name === 'search' ? refuseToSearch : member.bind(directory);
    },
  });
}

async function refuseToSearch(): Promise<never> {
  throw new UnsupportedError(
    'search',
    'what is said is encrypted before it comes there; look through getMessages() of a session',
  );
}
