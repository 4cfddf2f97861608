/**
 * Which hosts an inspector can be asked at.
 *
 * A page of a stranger can give its own name the address of this machine; what it sends then has that
 * name in `Host`.
 *
 * @module
 */

/**
 * A host that may be asked.
 */
export interface AllowedHost {
  readonly hostname: string;
  /** Null for any. */
  readonly port: string | null;
}

/**
 * Reads a host as it stands in a header, or gives null where it is none.
 */
export function toAllowedHost(value: unknown): AllowedHost | null {
  if (typeof value !== 'string') return null;
  const parts = /^(?<name>\[[\da-f:.]+\]|[\w.-]+)(?::(?<port>\d{1,5}))?$/iu.exec(value)?.groups;
  const hostname = URL.parse(`http://${parts?.['name'] ?? ''}`)?.hostname;
  return hostname === undefined ? null : { hostname, port: parts?.['port'] ?? null };
}

/**
 * Tells whether a host as it stands in a header is among those that are allowed.
 */
export function isAllowedHost(value: string, allowed: readonly AllowedHost[]): boolean {
  const host = toAllowedHost(value);
  if (host === null) return false;
  return allowed.some(
    ({ hostname, port }) =>
      hostname === host.hostname && (port === null || port === (host.port ?? '80')),
  );
}
