/**
 * Looks at a store: whether sessions work there, and what could cost them.
 *
 * @module
 */
import type { DoctorOptions, DoctorReport } from './examination.ts';

/**
 * Looks at a store and tells what was found: what keeps sessions from working, which settings lose
 * them, which known faults the server has, what is open to others, and what could not be checked.
 *
 * It changes nothing. What the store refuses to tell becomes a finding, as does a store that cannot be
 * reached. On Redis it asks each master of a cluster, and each command that the user may not run leaves
 * a line in the server's ACL log. On SQLite it reads the whole file up to 256 MiB, in one go: not in
 * the middle of other work.
 *
 * @returns The findings; their codes are in docs/doctor.md.
 * @throws `InvalidInputError` (`invalid_input`) when an option is no good.
 * @throws `StoreClosedError` (`store_closed`) when the `store` was closed.
 * @throws `CallAbortedError` (`aborted`) when it was ended by its `signal`.
 *
 * @example
 * ```ts
 * import { doctor } from 'agents-json-session';
 *
 * const { ok, findings } = await doctor({ url: 'redis://localhost:6379' });
 * for (const { severity, code, message, advice } of findings) {
 *   console.log(`${severity} ${code}: ${message} ${advice}`);
 * }
 * process.exitCode = ok ? 0 : 1;
 * ```
 */
export async function doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  // Programs that use sessions do without it.
  const { examine } = await import('./examination.ts');
  return examine(options);
}
