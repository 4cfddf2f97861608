/**
 * Options of an inspector, and what they are when left out.
 *
 * @module
 */
import { checkTimeout } from '../deadline.ts';
import { InvalidInputError } from '../errors.ts';
import type { JSONSessionOptions, SessionStore } from '../index.ts';
import { checkArguments, checkBoolean } from '../session/input-validation.ts';
import { checkPrefix, resolvePlace } from '../session/opening/session-options.ts';
import { type AllowedHost, toAllowedHost } from './security/allowed-hosts.ts';
import { checkToken, newToken } from './security/access-token.ts';

/**
 * Options of {@link createInspector}.
 */
export interface InspectorOptions {
  /**
   * Where the sessions are kept, as a session has it.
   *
   * @defaultValue as that of a session
   */
  url?: string | undefined;
  /** An opened store, instead of `url`. The inspector never closes it. */
  store?: SessionStore | undefined;
  /**
   * What the keys of the sessions begin with.
   *
   * @defaultValue `'session:'`
   */
  keyPrefix?: string | undefined;
  /**
   * The keys of encrypted sessions, as a session has them: with `migrating`, others are shown as well.
   * Without, encrypted ones are listed, and their messages refused.
   *
   * @defaultValue none
   */
  encryption?: JSONSessionOptions['encryption'];
  /**
   * What whoever looks must know: at least 32 letters, digits and `-._~+/`. It comes in the header
   * `Authorization`.
   *
   * @defaultValue 256 random bits
   */
  token?: string | undefined;
  /**
   * Whether sessions can be changed: forked, cleared, cut, deleted, their attributes edited.
   *
   * @defaultValue `false`
   */
  write?: boolean | undefined;
  /**
   * The path that it is served below, as in `/admin/inspector`.
   *
   * @defaultValue `''`, the whole of a host or of what it is mounted in
   */
  basePath?: string | undefined;
  /**
   * The hosts that it can be asked at, as the header `Host` has them: `inspector.example.com`, or with a
   * port. Any other is refused, so that no page of a stranger reaches it through a name of its own.
   *
   * @defaultValue `localhost` and the loopback addresses, with any port
   */
  allowedHosts?: readonly string[] | undefined;
  /**
   * Milliseconds that one call of the store may take: the whole of a long session, or some hundreds of
   * sessions.
   *
   * @defaultValue 10000
   */
  timeoutMs?: number | undefined;
}

/**
 * Options after they were checked, with nothing left out.
 */
export interface ResolvedInspectorOptions {
  readonly url: string | undefined;
  readonly store: SessionStore | undefined;
  readonly keyPrefix: string;
  readonly encryption: JSONSessionOptions['encryption'];
  readonly token: string;
  readonly write: boolean;
  readonly basePath: string;
  readonly allowedHosts: readonly AllowedHost[];
  readonly timeoutMs: number;
}

const USUAL_TIMEOUT_MS = 10_000;

/**
 * What this machine is called by itself.
 */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Checks options and fills in what was left out.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export function resolveInspectorOptions(options: InspectorOptions): ResolvedInspectorOptions {
  const { keyPrefix, encryption, token, write, timeoutMs } = checkArguments(options, 'options');
  const { url, store } = resolvePlace(options);
  return {
    url,
    store: store ?? undefined,
    keyPrefix: checkPrefix(keyPrefix ?? 'session:'),
    encryption,
    token: token === undefined ? newToken() : checkToken(token),
    write: checkBoolean(write ?? false, 'write'),
    basePath: checkBasePath(options.basePath ?? ''),
    allowedHosts: checkHosts(options.allowedHosts ?? LOOPBACK_HOSTS),
    timeoutMs: checkTimeout(timeoutMs ?? USUAL_TIMEOUT_MS),
  };
}

/** Characters that a router gives a meaning are none of a path that is meant literally. */
function checkBasePath(value: unknown): string {
  if (typeof value === 'string' && /^(?:\/[\w.~-]+)*\/?$/u.test(value)) {
    return value.replace(/\/$/u, '');
  }
  throw new InvalidInputError('basePath', 'must be a path as /admin/inspector');
}

/**
 * Checks hosts as headers have them.
 *
 * @throws `InvalidInputError` (`invalid_input`).
 */
export function checkHosts(value: unknown): AllowedHost[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new InvalidInputError('allowedHosts', 'must be a list of hosts');
  }
  return value.map((host, at) => {
    const allowed = toAllowedHost(host);
    if (allowed !== null) return allowed;
    throw new InvalidInputError(
      `allowedHosts[${at}]`,
      'must be a host as inspector.example.com or 127.0.0.1:8080',
    );
  });
}
