/**
 * What a failed command means: was it applied, and is it worth sending again?
 *
 * @module
 */

/**
 * - `not-applied`: the server refused it for now or was never reached; sending again is safe.
 * - `unknown`: it was sent and no answer came.
 * - `no-script`: the server does not have the script; send its source.
 * - `no-json`: the server has no JSON commands.
 * - `out-of-memory`: the server is at its memory limit; nothing was applied.
 * - `refused`: the server said no, and would again; or its certificate is not accepted.
 */
export type FailureKind =
  | 'not-applied'
  | 'unknown'
  | 'no-script'
  | 'no-json'
  | 'out-of-memory'
  | 'refused';

const NOT_APPLIED =
  /^(LOADING|BUSY|MOVED|ASK|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|NOREPLICAS|MISCONF|UNBLOCKED)\b/;
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** What Node and OpenSSL call a certificate that they do not accept. */
const BAD_CERTIFICATE =
  /^(ERR_TLS_CERT|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET|VERIFY)_|INVALID_CA$|HOSTNAME_MISMATCH$)/;
const SERVER_REPLY = /^-?[A-Z][A-Z0-9_]+ /;
const REPLY_CLASSES = new Set(['ReplyError', 'SimpleError', 'BlobError', 'ErrorReply']);
const NEVER_SENT_CLASSES = new Set([
  'ClientOfflineError',
  'ClientClosedError',
  'RootNodesUnavailableError',
  'NotSentError',
]);

/**
 * Classifies an error that a client library threw.
 */
export function classifyFailure(error: unknown): FailureKind {
  const { message, code, name } = describe(error);
  if (message.startsWith('NOSCRIPT')) return 'no-script';
  if (message.startsWith('OOM')) return 'out-of-memory';
  if (/unknown (redis )?command/i.test(message)) return 'no-json';
  if (NOT_APPLIED.test(message)) return 'not-applied';
  if (NEVER_SENT.has(code) || NEVER_SENT_CLASSES.has(name)) return 'not-applied';
  return BAD_CERTIFICATE.test(code) || isServerReply(name, message) ? 'refused' : 'unknown';
}

/**
 * Names a failure without repeating text that could hold messages or passwords: the errors of ioredis
 * carry the command with all its arguments.
 */
export function failureName(error: unknown): string {
  const { message, code, name } = describe(error);
  if (code !== '') return code;
  const word = /^-?([A-Z][A-Z0-9_]+)\b/.exec(message)?.[1];
  // node-redis leaves `ERR` off; the rest of the text can hold what was sent.
  return word ?? (isServerReply(name, message) ? 'ERR' : name);
}

function isServerReply(name: string, message: string): boolean {
  return REPLY_CLASSES.has(name) || SERVER_REPLY.test(message);
}

function describe(error: unknown): { message: string; code: string; name: string } {
  if (!(error instanceof Error)) return { message: '', code: '', name: typeof error };
  const code = (error as { code?: unknown }).code;
  return {
    message: error.message,
    code: typeof code === 'string' ? code : '',
    // node-redis does not set `name`; its classes tell replies from broken connections.
    name: error.name === 'Error' ? error.constructor.name : error.name,
  };
}
