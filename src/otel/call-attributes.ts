/**
 * Calls to stores in the words of OpenTelemetry's semantic conventions for databases.
 *
 * @module
 */
import type { Attributes } from '@opentelemetry/api';
import type { StoreSystem } from '../store-system.ts';
import type { StoreCall } from '../telemetry/store-call.ts';

/** What is known of a call when it begins; the same for spans and metrics. */
export function startAttributes({ method, system }: StoreCall): Attributes {
  const { name, namespace, address, port } = system;
  return {
    'db.system.name': name,
    'db.operation.name': method,
    ...(namespace !== undefined && { 'db.namespace': namespace }),
    ...(address !== undefined && { 'server.address': address }),
    ...(port !== undefined && { 'server.port': port }),
  };
}

/** What is known when it has failed; nothing where it has not. */
export function failureAttributes({ error }: StoreCall): Attributes {
  return error === undefined ? {} : { 'error.type': error.code };
}

/** How large it was, and how it went. The conventions have no words for that. */
export function sizeAttributes({ entries, sessionBytes, retries, result }: StoreCall): Attributes {
  return {
    ...(entries !== undefined && { 'agents_json_session.entries': entries }),
    ...(sessionBytes !== undefined && { 'agents_json_session.session.bytes': sessionBytes }),
    ...(retries > 0 && { 'agents_json_session.retries': retries }),
    ...(result !== undefined && { 'agents_json_session.result': result }),
  };
}

/** Names the span of a call: the method, and what it went to. */
export function spanName({ method, system }: StoreCall): string {
  const target = targetOf(system);
  return target === undefined ? method : `${method} ${target}`;
}

/** The number of a database in Redis would say nothing. */
function targetOf({ name, namespace, address, port }: StoreSystem): string | undefined {
  if (name !== 'redis' && namespace !== undefined) return namespace;
  return address === undefined || port === undefined ? address : `${address}:${port}`;
}
