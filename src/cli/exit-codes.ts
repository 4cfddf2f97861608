/**
 * What the process ends with.
 *
 * @module
 */
import { CommanderError } from 'commander';

import { SessionError, type SessionErrorCode } from '../errors.ts';

/**
 * Exit codes of `json-session`; docs/command.md has the same.
 */
export const EXIT = {
  done: 0,
  /** It failed, or `doctor` has found an error. */
  failed: 1,
  /** The command, an option or an argument is no good. */
  usage: 2,
  notFound: 3,
  unavailable: 4,
  /** Somebody else's work stands against it. */
  conflict: 5,
  /** Nothing was done, as `--yes` was not given. */
  unconfirmed: 6,
  /** As a shell has it: 128 and the number of SIGINT. */
  interrupted: 130,
} as const;

/** The codes that do not mean `failed`. */
const BY_CODE: Partial<Record<SessionErrorCode, number>> = {
  invalid_input: EXIT.usage,
  unsupported: EXIT.usage,
  session_not_found: EXIT.notFound,
  session_expired: EXIT.notFound,
  store_unavailable: EXIT.unavailable,
  session_exists: EXIT.conflict,
  session_locked: EXIT.conflict,
  conflict: EXIT.conflict,
  aborted: EXIT.interrupted,
};

/**
 * Gives the exit code of a failure.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (isClosedPipe(error)) return EXIT.done;
  if (error instanceof SessionError) return BY_CODE[error.code] ?? EXIT.failed;
  return EXIT.failed;
}

/**
 * Tells whether it only failed as its reader had enough, as `head` has.
 */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
