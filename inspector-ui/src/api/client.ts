/**
 * Requests to the server.
 *
 * @module
 */
import { signal } from '@preact/signals';
import { forgetToken, token } from './token.ts';

/** Whether the server answered the last time that it was asked. */
export const isConnected = signal(true);

/**
 * A request that the server has refused, or that has not reached it (`code` is `unreachable`).
 */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
  }
}

/** What can be asked for with a request, beside its path. */
export interface RequestOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  query?: Query;
  signal?: AbortSignal;
}

/** Parameters of an address; those that are undefined or empty are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Gives the path of a session, or of something of it. With `=` an id is no more than an id: `..` is one. */
export function sessionPath(sessionId: string, ...rest: readonly string[]): string {
  return ['sessions', `=${encodeURIComponent(sessionId)}`, ...rest].join('/');
}

/** Asks the server for JSON. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  return (await response.json()) as T;
}

/**
 * Asks the server, and gives its answer if it is not a refusal.
 *
 * @throws `ApiError`
 */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', body, query = {}, signal: abort } = options;
  const headers = new Headers({ authorization: `Bearer ${token.peek() ?? ''}` });
  if (body !== undefined) headers.set('content-type', 'application/json');
  const response = await answerOf(addressOf(path, query), {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(abort === undefined ? {} : { signal: abort }),
    cache: 'no-store',
    credentials: 'omit',
  });
  if (response.status === 401) forgetToken();
  if (!response.ok) throw await refusalOf(response);
  return response;
}

function addressOf(path: string, query: Query): URL {
  const address = new URL(`api/${path}`, document.baseURI);
  address.hash = '';
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') address.searchParams.set(name, String(value));
  }
  return address;
}

async function answerOf(address: URL, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(address, init);
    isConnected.value = true;
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    isConnected.value = false;
    throw new ApiError('unreachable', 'The inspector does not answer.');
  }
}

async function refusalOf(response: Response): Promise<ApiError> {
  const told = (await response.json().catch(() => ({}))) as {
    error?: { code?: string; message?: string };
  };
  const { code = `http_${response.status}`, message = response.statusText } = told.error ?? {};
  return new ApiError(code, message);
}

/** The code of a refusal, or nothing. */
export function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : '';
}

/** Says what went wrong, for people. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether somebody has ended a request on purpose. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
