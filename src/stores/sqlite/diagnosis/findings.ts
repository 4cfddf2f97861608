/**
 * What can be found with SQLite.
 *
 * @module
 */
import type { FindingKind } from '../../../doctor/diagnosis.ts';

/** The code of a finding with SQLite. */
export type SqliteFindingCode =
  | 'file_missing'
  | 'in_memory'
  | 'file_unusable'
  | 'file_not_writable'
  | 'file_corrupt'
  | 'integrity_not_checked'
  | 'newer_format'
  | 'foreign_database'
  | 'journal_mode'
  | 'file_open_to_others'
  | 'folder_open_to_others'
  | 'permissions_not_checked';

/** By code. */
export const SQLITE_FINDINGS: Readonly<Record<SqliteFindingCode, FindingKind>> = {
  file_missing: {
    severity: 'info',
    meaning: 'The file is made by the first session.',
    advice: 'Where there should be sessions: is the path right, and is the disk mounted?',
  },
  in_memory: {
    severity: 'info',
    meaning: 'Sessions end with the process, and no other process sees them.',
    advice: 'Name a file with `sqlite:<path>`.',
  },
  file_unusable: {
    severity: 'error',
    meaning: 'Sessions in this file fail with `store_unavailable`.',
    advice:
      'The word in brackets says why. `EACCES`, `SQLITE_CANTOPEN`: rights of the file and its folder. `SQLITE_BUSY`: another process holds the lock.',
  },
  file_not_writable: {
    severity: 'error',
    meaning: 'Writes fail with `store_unavailable`; SQLite writes into the folder too.',
    advice: 'Give the user of this process the right to write to the file and its folder.',
  },
  file_corrupt: {
    severity: 'error',
    meaning: 'Some sessions cannot be read, or lack messages; writing can make it worse.',
    advice:
      'Stop all processes, keep a copy of the file with its `-wal` and `-shm`, and go back to a backup, or save what can be read with the `.recover` command of the `sqlite3` program.',
  },
  integrity_not_checked: {
    severity: 'info',
    meaning: 'Damage to the file would not be noticed.',
    advice: "Run `sqlite3 <file> 'PRAGMA integrity_check'`: reading so much here would block.",
  },
  newer_format: {
    severity: 'error',
    meaning: 'A newer release has written the file; this one refuses it.',
    advice: 'Update agents-json-session.',
  },
  foreign_database: {
    severity: 'error',
    meaning: 'The file belongs to another program, and sessions cannot be kept in it.',
    advice: 'Name another file.',
  },
  journal_mode: {
    severity: 'warning',
    meaning:
      'Readers and writers wait for each other. A store switches to the write-ahead log when it opens the file; where that does not last, the file is on a network disk, on which SQLite is not safe.',
    advice: 'Open the file once and look again; keep it on a local disk.',
  },
  file_open_to_others: {
    severity: 'warning',
    meaning: 'Other users of the machine can read conversations.',
    advice: 'Set mode 0600 on the file and on its `-wal` and `-shm`.',
  },
  folder_open_to_others: {
    severity: 'warning',
    meaning: 'Other users of the machine can put another file in the place of this one.',
    advice: 'Set mode 0700 on the folder.',
  },
  permissions_not_checked: {
    severity: 'info',
    meaning: 'Windows has no modes: who else can read conversations would not be noticed.',
    advice: "Look at the file's security settings.",
  },
};
