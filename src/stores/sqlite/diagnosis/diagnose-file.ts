/**
 * Looks at a SQLite file.
 *
 * @module
 */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Deadline } from '../../../deadline.ts';
import type { DiagnoseParams, Finding, StoreDiagnosis } from '../../../doctor/diagnosis.ts';
import { hasCode } from '../../../errors.ts';
import { attempt } from '../attempt.ts';
import { FORMAT } from '../schema.ts';
import { checkPermissions } from './check-permissions.ts';
import { found } from './found.ts';

/** Reading more in one go would block the process for seconds. */
const MOST_BYTES_READ = 256 * 1024 * 1024;
const OUR_TABLES = ['entries', 'sessions'];

/**
 * Looks at the file with a connection of its own that can only read. A file that is not there is not
 * created.
 *
 * @param path - The file, or `:memory:`.
 */
export async function diagnoseFile(path: string, params: DiagnoseParams): Promise<StoreDiagnosis> {
  const { DatabaseSync } = await import('node:sqlite');
  const memory = new DatabaseSync(':memory:');
  const version = String(memory.prepare('SELECT sqlite_version() AS v').get()?.['v']);
  memory.close();
  const findings =
    path === ':memory:'
      ? [found('in_memory', 'Sessions are kept in the memory of the process.')]
      : await examine(path, params, DatabaseSync);
  return { server: { product: 'SQLite', version, json: true, search: false, nodes: 1 }, findings };
}

async function examine(
  path: string,
  { timeoutMs, signal }: DiagnoseParams,
  Sqlite: typeof DatabaseSync,
): Promise<Finding[]> {
  const deadline = new Deadline(timeoutMs, signal);
  const findings: Finding[] = [];
  try {
    const size = await attempt(path, deadline, () => sizeOf(path));
    if (size === null) return [found('file_missing', `${path} does not exist.`)];
    findings.push(...checkPermissions(path));
    const db = await attempt(path, deadline, () => new Sqlite(path, { readOnly: true }));
    try {
      // In steps of their own: what was found stays found when the next step fails.
      for (const check of [checkFormat, checkJournal, checkIntegrity(size)]) {
        findings.push(...(await attempt(path, deadline, () => check(path, db))));
      }
    } finally {
      db.close();
    }
  } catch (error) {
    findings.push(failureOf(error));
  }
  return findings;
}

/** Null where there is no such file. */
function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function checkFormat(path: string, db: DatabaseSync): Finding[] {
  db.exec('PRAGMA busy_timeout = 0; PRAGMA trusted_schema = OFF');
  const format = Number(valueOf(db, 'PRAGMA user_version'));
  if (format > FORMAT) {
    return [
      found('newer_format', `${path} has format ${format}, and this release knows ${FORMAT}.`),
    ];
  }
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const names = new Set(tables.map(({ name }) => String(name)));
  // A file that was only just created is still empty.
  const isOurs = format > 0 ? OUR_TABLES.every((table) => names.has(table)) : names.size === 0;
  return isOurs ? [] : [found('foreign_database', `${path} has the tables of another program.`)];
}

function checkJournal(path: string, db: DatabaseSync): Finding[] {
  const mode = String(valueOf(db, 'PRAGMA journal_mode'));
  return mode === 'wal' ? [] : [found('journal_mode', `${path} has the journal mode ${mode}.`)];
}

function checkIntegrity(size: number): (path: string, db: DatabaseSync) => Finding[] {
  return (path, db) => {
    if (size > MOST_BYTES_READ) {
      const megabytes = Math.round(size / 2 ** 20);
      return [found('integrity_not_checked', `${path} was not read: it has ${megabytes} MiB.`)];
    }
    // What is wrong can name values of a row; that something is wrong is enough.
    const result = String(valueOf(db, 'PRAGMA integrity_check(1)'));
    return result === 'ok' ? [] : [found('file_corrupt', `${path} is damaged.`)];
  };
}

function valueOf(db: DatabaseSync, sql: string): unknown {
  return Object.values(db.prepare(sql).get() ?? {})[0];
}

function failureOf(error: unknown): Finding {
  if (!hasCode(error, 'store_unavailable')) throw error;
  const { message, cause } = error as Error & { cause: Error };
  const isCorrupt = /^SQLITE_(CORRUPT|NOTADB)$/.test(cause.message);
  return found(isCorrupt ? 'file_corrupt' : 'file_unusable', `${message}.`);
}
