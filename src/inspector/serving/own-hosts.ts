/**
 * What this machine is called by those who ask at an address of it.
 *
 * @module
 */
import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

import { LOOPBACK_HOSTS } from '../inspector-options.ts';

const ALL_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Tells whether only this machine can reach a server at an address.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Gives the hosts that a server at an address can be asked at, as they stand in headers: no names but
 * its own, as a stranger's can mean the same address.
 */
export function hostsOf(host: string, port: number): string[] {
  const names = ALL_ADDRESSES.has(host) ? ownAddresses() : [inHeader(host)];
  const all = isLoopback(host) ? [...names, ...LOOPBACK_HOSTS] : names;
  return [...new Set(all)].map((name) => `${name}:${port}`);
}

/** With the addresses that others reach it by before those that only it does. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({ internal }) => !internal).map(({ address }) => inHeader(address));
  return [...outer, ...LOOPBACK_HOSTS];
}

function inHeader(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
