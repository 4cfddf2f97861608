/**
 * Programs that are installed.
 *
 * @module
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Finds a program on the PATH.
 *
 * @returns Its path, or undefined where there is none of that name.
 */
export function programOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return firstExecutable(folders.map((folder) => join(folder, name)));
}

/**
 * Gives the first of some files that can be executed, or undefined where none can.
 */
export function firstExecutable(files: readonly string[]): string | undefined {
  return files.find(isExecutable);
}

/**
 * Tells whether a file is there and can be executed.
 */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
