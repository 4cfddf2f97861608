/**
 * How one call is told of.
 *
 * @module
 */
import type { StoreSystem } from '../store-system.ts';
import type { CallChannel } from './call-channel.ts';
import { type StoreCall, StoreCallFailure, type StoreCallResult } from './store-call.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What calls and results have in common that tells how large they are. */
interface Sized {
  readonly entries?: unknown;
  readonly bytes?: number;
}

/**
 * What calls have in common that is looked at.
 */
export interface CallParams extends Sized {
  readonly sessionId?: string;
  readonly onRetry?: () => void;
}

/** What results have in common that is looked at. */
interface CallResult extends Sized {
  readonly repeated?: boolean;
}

/**
 * A method of a store.
 */
export type Method = (params?: CallParams) => unknown;

/**
 * One call, before it is made.
 */
export interface NewCall {
  /** The name of the method. */
  readonly method: string;
  readonly system: StoreSystem;
  readonly params: CallParams | undefined;
  readonly work: Method;
}

/**
 * Makes a call and tells of it.
 *
 * @returns What the call gives; a promise is settled when all has been told.
 */
export function told(channel: CallChannel, { work, params, ...known }: NewCall): unknown {
  const call = begun(known, params);
  const began = performance.now();
  const onRetry = (): void => {
    call.retries += 1;
  };
  let answer: unknown;
  const run = async (): Promise<StoreCallResult> => {
    try {
      answer = work(params && { ...params, onRetry });
      const result = await answer;
      noteSize(call, result);
      return resultOf(result);
    } catch (error) {
      // Else it has failed without having given a promise.
      answer ??= (async () => {
        throw error;
      })();
      throw new StoreCallFailure(error);
    } finally {
      call.durationMs = performance.now() - began;
    }
  };
  // What it has failed with, the answer tells.
  const isTold = channel.tracePromise(run, call).catch(() => {});
  // Something else than a promise must stay what it is.
  return answer instanceof Promise ? isTold.then(() => answer) : answer;
}

function begun(
  known: Pick<NewCall, 'method' | 'system'>,
  params: CallParams | undefined,
): Writable<StoreCall> {
  const sessionId = { value: params?.sessionId, enumerable: false };
  const call = Object.defineProperty({ ...known, retries: 0 }, 'sessionId', sessionId);
  noteSize(call, params);
  return call as Writable<StoreCall>;
}

function resultOf(result: unknown): StoreCallResult {
  if (result === null || result === false) return 'none';
  const { repeated } = (result ?? {}) as CallResult;
  return repeated === true ? 'repeated' : 'done';
}

function noteSize(call: Partial<Writable<StoreCall>>, sized: unknown): void {
  const { entries, bytes } = (sized ?? {}) as Sized;
  // A list has a method of that name.
  const list = Array.isArray(sized) ? sized : entries;
  if (Array.isArray(list)) call.entries = list.length;
  if (bytes !== undefined) call.sessionBytes = bytes;
}
