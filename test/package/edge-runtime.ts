/**
 * A place with the globals of edge runtimes and nothing of Node.
 *
 * @module
 */
import { type Context, createContext, runInContext } from 'node:vm';

/** What the WinterTC minimum common API asks for, as far as Node has it. */
const GLOBALS = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'CompressionStream',
  'CustomEvent',
  'DecompressionStream',
  'DOMException',
  'Event',
  'EventTarget',
  'FormData',
  'Headers',
  'MessageChannel',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'WritableStream',
  'atob',
  'btoa',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'performance',
  'queueMicrotask',
  'setInterval',
  'setTimeout',
  'structuredClone',
];

/**
 * Runs a script there.
 *
 * @param code - The script, which leaves what it exports in the global variable `bundle`.
 * @returns What it exports.
 */
export function runOnEdge(code: string): unknown {
  const globals = GLOBALS.map((name) => [name, Reflect.get(globalThis, name)] as const);
  const context: Context = createContext(Object.fromEntries(globals));
  return runInContext(`${code}\nbundle;`, context);
}
