/**
 * What a server says of itself in INFO.
 *
 * @module
 */
import type { Probe } from './probe.ts';
import { textOf } from './reply-shape.ts';

/**
 * The lines of INFO by name; none where the user may not read them.
 */
export type ServerInfo = ReadonlyMap<string, string>;

const PRODUCTS = [
  ['valkey_version', 'Valkey'],
  ['dragonfly_version', 'Dragonfly'],
  ['kvrocks_version', 'Kvrocks'],
  ['redis_version', 'Redis'],
] as const;

/**
 * Reads INFO.
 */
export async function readServerInfo(probe: Probe): Promise<ServerInfo> {
  const text = textOf(await probe.reply('INFO'));
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
  });
  return new Map(lines);
}

/**
 * Gives product and version. Others than Redis tell a version of Redis too, the one they are like.
 */
export function productOf(info: ServerInfo): { product: string; version: string } | null {
  for (const [field, product] of PRODUCTS) {
    const version = info.get(field)?.replace(/^df-v/, '');
    if (version !== undefined) return { product, version };
  }
  return null;
}
