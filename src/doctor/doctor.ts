/**
 * Looks at a store: whether sessions work there, and what could cost them.
 *
 * @module
 */
import { checkTimeout } from '../deadline.ts';
import { hasCode, InvalidInputError } from '../errors.ts';
import { diagnoseUrl } from '../open-store.ts';
import { checkArguments, checkId } from '../session/input-validation.ts';
import type { SessionStore } from '../store.ts';
import {
  type DiagnoseParams,
  type Finding,
  finding,
  type ServerFacts,
  type StoreDiagnosis,
} from './diagnosis.ts';
import { GENERAL_FINDINGS, type GeneralFindingCode } from './findings.ts';

/**
 * Options of {@link doctor}.
 */
export interface DoctorOptions {
  /**
   * The store to look at: `redis://…`, `rediss://…`, `sqlite:<path>` or `sqlite::memory:`. It is looked
   * at through a connection of its own, and a SQLite file that is not there is not created.
   *
   * @defaultValue the store of sessions without `url` and `store`: see `defaultStoreUrl`
   */
  url?: string | undefined;
  /** An opened store, instead of `url`. It stays open. */
  store?: SessionStore | undefined;
  /**
   * What the keys of sessions begin with.
   *
   * @defaultValue `'session:'`
   */
  keyPrefix?: string | undefined;
  /**
   * Milliseconds that it may take in all.
   *
   * @defaultValue that of the `store`, or 5000
   */
  timeoutMs?: number | undefined;
  /** Ends it with `CallAbortedError`. */
  signal?: AbortSignal | undefined;
}

/**
 * What {@link doctor} found. It holds no password, no URL and nothing of a session.
 */
export interface DoctorReport {
  /** Whether no finding is an error. */
  readonly ok: boolean;
  /** Null where the store does not tell, or was not reached. */
  readonly server: ServerFacts | null;
  /** Errors first, then warnings, then what is good to know. */
  readonly findings: readonly Finding[];
}

const SEVERITIES = ['error', 'warning', 'info'] as const;

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
  const params = checkOptions(options);
  const { server, findings } = await diagnose(options, params);
  const bySeverity = SEVERITIES.flatMap((severity) =>
    findings.filter((found) => found.severity === severity),
  );
  return { ok: bySeverity[0]?.severity !== 'error', server, findings: bySeverity };
}

async function diagnose(
  { store, url }: DoctorOptions,
  params: DiagnoseParams,
): Promise<{ server: ServerFacts | null; findings: readonly Finding[] }> {
  try {
    const diagnosis = await (store === undefined
      ? diagnoseUrl(url, params)
      : diagnoseStore(store, params));
    return diagnosis ?? alone('no_diagnosis', 'The store does not tell how it is.');
  } catch (error) {
    if (!hasCode(error, 'store_unavailable')) throw error;
    return alone('store_unavailable', `${(error as Error).message}.`);
  }
}

async function diagnoseStore(
  store: SessionStore,
  params: DiagnoseParams,
): Promise<StoreDiagnosis | null> {
  return (await store.diagnose?.(params)) ?? null;
}

function alone(
  code: GeneralFindingCode,
  message: string,
): { server: null; findings: readonly Finding[] } {
  return { server: null, findings: [finding(GENERAL_FINDINGS, code, message)] };
}

function checkOptions(options: DoctorOptions): DiagnoseParams {
  checkArguments(options, 'options');
  const { url, store, keyPrefix, timeoutMs, signal } = options;
  if (url !== undefined && store !== undefined) {
    throw new InvalidInputError('store', 'cannot be given together with url');
  }
  if (url !== undefined && typeof url !== 'string') {
    throw new InvalidInputError('url', 'must be a string');
  }
  if (store !== undefined && typeof store?.append !== 'function') {
    throw new InvalidInputError('store', 'must be a store');
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new InvalidInputError('signal', 'must be an AbortSignal');
  }
  return {
    keyPrefix: checkId(keyPrefix ?? 'session:', 'keyPrefix'),
    timeoutMs: checkTimeout(timeoutMs ?? store?.timeoutMs),
    signal,
  };
}
