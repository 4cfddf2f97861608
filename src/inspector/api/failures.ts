/**
 * Failures as the page gets them. None holds text of a message, a URL or a password.
 *
 * @module
 */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

import type { InvalidInputError, SessionErrorCode } from '../../errors.ts';

/** Why a request was refused before the store was asked. */
type RefusalCode = keyof typeof REFUSALS;

const REFUSALS = {
  forbidden_host: 'This host is not allowed',
  forbidden_origin: 'The page of another host has sent this',
  not_found: 'There is nothing here',
  method_not_allowed: 'This method is none of this address',
  read_only: 'Sessions can only be read here',
  too_large: 'The body is too large',
  unsupported_media_type: 'The body must be application/json',
  page_missing: 'The page is not built: npm run build:ui',
} as const;

/** What an error of the store becomes. Where `message` is left out, it is that of the error. */
interface Answer {
  readonly status: ContentfulStatusCode;
  readonly message?: string;
}

/** Text of these errors can name a host, a file or a type. */
const UNAVAILABLE: Answer = { status: 503, message: 'The store cannot be reached' };
const SPOILT: Answer = { status: 422, message: 'What is stored there is no session' };

const ANSWERS: Record<SessionErrorCode, Answer> = {
  invalid_input: { status: 400 },
  unsupported: { status: 400 },
  session_not_found: { status: 404 },
  session_expired: { status: 404 },
  session_exists: { status: 409 },
  session_locked: { status: 409 },
  lease_lost: { status: 409 },
  conflict: { status: 409 },
  operation_conflict: { status: 409 },
  operation_applied: { status: 409 },
  item_too_large: { status: 413 },
  unsupported_schema: { status: 422 },
  decryption_failed: { status: 422, message: 'It is encrypted, and its key is not here' },
  corrupt_document: SPOILT,
  wrong_key_type: SPOILT,
  store_unavailable: UNAVAILABLE,
  store_closed: UNAVAILABLE,
  json_not_supported: UNAVAILABLE,
  out_of_memory: { status: 503, message: 'The store has no room left' },
  outcome_unknown: { status: 503, message: 'Whether it was done is not known' },
  not_durable: { status: 503, message: 'It was done, and may be lost' },
  aborted: { status: 503, message: 'The call was ended' },
};

/**
 * Refuses a request.
 */
export function refusal(
  context: Context,
  status: ContentfulStatusCode,
  code: RefusalCode,
): Response {
  return context.json({ error: { code, message: REFUSALS[code] } }, status);
}

/**
 * Gives the answer to a request that failed.
 */
export function failureResponse(error: unknown, context: Context): Response {
  if (error instanceof HTTPException) return error.getResponse();
  const code = failureCode(error);
  if (code === 'internal') return context.json({ error: { code, message: 'It failed' } }, 500);
  const { message, field } = error as Partial<InvalidInputError>;
  const { status, message: told = message } = ANSWERS[code];
  return context.json(
    { error: { code, message: told, ...(field !== undefined && { field }) } },
    status,
  );
}

/**
 * Gives the code of a failure, whichever copy of the package made it.
 */
export function failureCode(error: unknown): SessionErrorCode | 'internal' {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(ANSWERS, code) ? (code as SessionErrorCode) : 'internal';
}
