/**
 * Work on a SQLite file while other processes use it, and what its errors mean.
 *
 * @module
 */
import type { Deadline } from '../../deadline.ts';
import { SessionError, StoreUnavailableError } from '../../errors.ts';

const PAUSE_MS = 5;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const RESULT_NAMES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/**
 * Retries while another process holds the lock. Waiting between tries leaves the event loop free,
 * which SQLite's own busy timeout does not.
 */
export async function attempt<T>(path: string, deadline: Deadline, work: () => T): Promise<T> {
  for (;;) {
    if (deadline.isAborted) throw deadline.aborted;
    try {
      return work();
    } catch (error) {
      if (error instanceof SessionError) throw error;
      if (!isBusy(error) || deadline.passed) throw unavailable(path, error);
      await deadline.pauseToRetry(PAUSE_MS * (0.5 + Math.random()));
    }
  }
}

function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

function resultCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown }).errcode;
  // The low byte is the primary result code; the rest says more about it.
  return typeof code === 'number' ? code % 256 : null;
}

function unavailable(path: string, error: unknown): Error {
  const code = resultCode(error);
  const systemCode = (error as { code?: unknown }).code;
  if (code === null && typeof systemCode !== 'string') return error as Error;
  const name = code === null ? String(systemCode) : (RESULT_NAMES[code] ?? `SQLite error ${code}`);
  return new StoreUnavailableError(`SQLite cannot use ${path} (${name})`, {
    cause: new Error(name),
  });
}
