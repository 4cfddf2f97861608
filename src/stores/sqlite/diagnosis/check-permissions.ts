/**
 * Who may read and change the file.
 *
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Finding } from '../../../doctor/diagnosis.ts';
import { found } from './found.ts';

const OF_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;
/** In such a folder, as `/tmp` is one, users can replace only files of their own. */
const STICKY = 0o1000;

/**
 * Checks the file, what stands beside it, and the folder. Nothing is opened: closing a file by hand
 * drops the locks that SQLite holds on it in this process.
 */
export function checkPermissions(path: string): Finding[] {
  return [...checkWritable(path), ...checkModes(path)];
}

function checkWritable(path: string): Finding[] {
  return [path, dirname(path)].flatMap((place) => {
    try {
      accessSync(place, constants.W_OK);
      return [];
    } catch {
      return [found('file_not_writable', `${place} is not writable by this process.`)];
    }
  });
}

function checkModes(path: string): Finding[] {
  if (process.platform === 'win32') {
    return [found('permissions_not_checked', 'The permissions of the file could not be checked.')];
  }
  const files = [path, `${path}-wal`, `${path}-shm`].flatMap((file) => {
    const mode = modeOf(file);
    if (mode === null || (mode & OF_OTHERS) === 0) return [];
    return [found('file_open_to_others', `${basename(file)} has mode ${octal(mode)}.`)];
  });
  const folder = dirname(path);
  const mode = modeOf(folder) ?? 0;
  const isOpen = (mode & WRITABLE_BY_OTHERS) !== 0 && (mode & STICKY) === 0;
  if (!isOpen) return files;
  return [...files, found('folder_open_to_others', `${folder} has mode ${octal(mode)}.`)];
}

function modeOf(path: string): number | null {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return mode === undefined ? null : mode & 0o7777;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
