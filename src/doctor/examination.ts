/**
 * What a look at a store takes, does and gives.
 *
 * @module
 */
import { checkTimeout } from '../deadline.ts';
import { hasCode, InvalidInputError } from '../errors.ts';
import { diagnoseUrl } from '../open-store.ts';
import { checkArguments, checkId } from '../session/input-validation.ts';
import type { SessionStore } from '../store.ts';
import { observed } from '../telemetry/observed.ts';
import {
  type DiagnoseParams,
  type Finding,
  finding,
  type ServerFacts,
  type StoreDiagnosis,
} from './diagnosis.ts';
import { GENERAL_FINDINGS, type GeneralFindingCode } from './findings.ts';

/**
 * Options of `doctor`.
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
 * What `doctor` found. It holds no password, no URL and nothing of a session.
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
 * Checks what a caller of `doctor` says, looks at the store and puts the findings in order.
 */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
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
  return (await observed(store).diagnose?.(params)) ?? null;
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
