/**
 * Files that a command is given: what is wrong with one is a wrong argument, and says so.
 *
 * @module
 */
import { type FileHandle, open } from 'node:fs/promises';

import { InvalidInputError } from '../errors.ts';

/** Why a file cannot be used, by the code of its failure. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EISDIR: 'is a folder',
  EACCES: 'may not be used',
  EPERM: 'may not be used',
  EROFS: 'may not be written',
};

/**
 * Opens a file to read it.
 *
 * @param name - Of the argument or option.
 * @throws `InvalidInputError` (`invalid_input`) naming it.
 */
export async function openToRead(path: string, name: string): Promise<FileHandle> {
  const file = await usable(name, open(path));
  if (!(await file.stat()).isDirectory()) return file;
  await file.close();
  throw new InvalidInputError(name, 'is a folder');
}

/**
 * Opens a file to write it.
 *
 * @param flags - As `open` takes them.
 * @throws `InvalidInputError` (`invalid_input`) naming the option: also where it is in a folder that is not
 * there.
 */
export async function openToWrite(path: string, name: string, flags: string): Promise<FileHandle> {
  return usable(name, open(path, flags, 0o600), { ENOENT: 'is in a folder that is not there' });
}

async function usable(
  name: string,
  opening: Promise<FileHandle>,
  reasons: Readonly<Record<string, string>> = {},
): Promise<FileHandle> {
  try {
    return await opening;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = reasons[code] ?? REASONS[code];
    if (reason === undefined) throw error;
    throw new InvalidInputError(name, reason);
  }
}
