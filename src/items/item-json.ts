/**
 * The canonical JSON of an item, with tags for what JSON cannot say.
 *
 * Values are canonicalised as `JSON.stringify` does it. A tag is an object whose only key is one of
 * `$bytes` (a `Uint8Array` in base64), `$number` (a number as text, where a store would change its
 * last digit), `$json` (a deeply nested item as JSON text), `$text` (the hole for the text that the
 * entry holds in `content`), `$sealed` (an encrypted entry, see `sealed-tag.ts`) and `$literal` (an
 * object that has such a key of its own and stands for itself).
 *
 * @module
 */
import { MAX_NATIVE_DEPTH } from '../document/document.ts';
import type { JsonObject, JsonValue } from '../document/document.ts';
import { isRecord } from '../document/is-record.ts';
import { InvalidInputError } from '../errors.ts';
import { isExactInStores } from './exact-number.ts';
import { isBytes, toBase64 } from './item-bytes.ts';

/** Objects shared again and again can unfold to more values than memory can hold. */
const MAX_VALUES = 2 ** 22;
/** Most bytes of JSON that one UTF-16 code unit can become: `\u0000`. */
const BYTES_PER_UNIT = 6;
const BYTES_PER_SCALAR = 26;
const DOLLAR = 36;
const TAG_KEYS = new Set(['$text', '$bytes', '$number', '$json', '$literal', '$sealed']);

/**
 * How {@link canonicalise} treats its input and names it in errors.
 */
export interface CanonicalOptions {
  /** What happens to strings that UTF-8 cannot hold. */
  readonly loneSurrogates: 'replace' | 'reject';
  /** Name of the input in errors. */
  readonly field: string;
}

/**
 * An item in canonical form.
 */
export interface CanonicalItem {
  /** The tagged JSON, fresh objects throughout. */
  readonly json: JsonObject;
  /** Whether any tag was needed. */
  readonly tagged: boolean;
  /** Whether it is nested deeper than stores hold natively. */
  readonly deep: boolean;
  /** The JSON text is never longer than this in bytes of UTF-8; cheap and far from tight. */
  readonly byteBound: number;
}

/**
 * Brings an item into canonical form.
 *
 * @throws {InvalidInputError} when it is not an object, or holds what JSON cannot hold.
 */
export function canonicalise(item: unknown, options: CanonicalOptions): CanonicalItem {
  const walk = new Walk(options.loneSurrogates === 'replace');
  const json = guard(options.field, walk, () => walk.root(item));
  return { json, tagged: walk.tagged, deep: walk.deep, byteBound: walk.byteBound };
}

/**
 * Writes canonical JSON as text under a `$json` tag.
 */
export function deepTag(json: JsonObject, field: string): JsonObject {
  return { $json: guard(field, {}, () => JSON.stringify(json)) };
}

/**
 * The hole where the text of the entry belongs.
 */
export function textTag(): JsonObject {
  return { $text: true };
}

/**
 * Takes the `$literal` wrapper off a value of tagged JSON, if it has one.
 */
export function unwrapLiteral(json: JsonValue | undefined): JsonValue | undefined {
  if (!isRecord(json) || !Object.hasOwn(json, '$literal')) return json;
  return json['$literal'];
}

/**
 * Sets an own property, whatever its name: plain assignment of `__proto__` changes the prototype.
 */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    const attributes = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(target, key, attributes);
  } else {
    target[key] = value;
  }
}

/** One pass over one item. Recursive: the depth that works is about that of `JSON.stringify`. */
class Walk {
  tagged = false;
  deep = false;
  byteBound = 0;
  /** Why the walk was given up, where the reason is ours. */
  problem?: string;
  readonly #replace: boolean;
  /** Only from the depth on where a cycle must have come round. */
  readonly #ancestors = new Set<object>();
  #values = 0;

  constructor(replace: boolean) {
    this.#replace = replace;
  }

  root(item: unknown): JsonObject {
    const value = resolveToJson(item, '');
    if (typeof value !== 'object' || value === null || isBytes(value) || isBoxed(value)) {
      return this.#fail('must be an object');
    }
    if (Array.isArray(value)) return this.#fail('must be an object');
    return this.#record(value as Record<string, unknown>, 1);
  }

  #value(input: unknown, key: string, depth: number): JsonValue | undefined {
    if (++this.#values > MAX_VALUES) this.#fail(`holds more than ${MAX_VALUES} values`);
    const value = resolveToJson(input, key);
    if (typeof value === 'string') return this.#string(value);
    if (typeof value !== 'object' || value === null) return this.#scalar(value, depth);
    if (Array.isArray(value)) return this.#array(value, depth);
    if (isBytes(value)) return this.#bytes(value, depth);
    if (isBoxed(value)) return this.#boxed(value, depth);
    return this.#record(value as Record<string, unknown>, depth);
  }

  #scalar(value: unknown, depth: number): JsonValue | undefined {
    this.byteBound += BYTES_PER_SCALAR;
    if (typeof value === 'number')
      return Number.isFinite(value) ? this.#number(value, depth) : null;
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'bigint') this.#fail('holds a BigInt');
    return undefined;
  }

  #number(value: number, depth: number): JsonValue {
    if (isExactInStores(value)) return value + 0;
    this.tagged = true;
    if (depth > MAX_NATIVE_DEPTH) this.deep = true;
    this.byteBound += BYTES_PER_SCALAR;
    return { $number: String(value) };
  }

  #boxed(value: object, depth: number): JsonValue | undefined {
    if (value instanceof String) return this.#string(String(value));
    if (value instanceof Number) return this.#scalar(Number(value), depth);
    return this.#scalar(value.valueOf(), depth);
  }

  #string(value: string): string {
    this.byteBound += BYTES_PER_UNIT * value.length + 3;
    if (value.isWellFormed()) return value;
    if (!this.#replace) this.#fail('holds a lone surrogate');
    return value.toWellFormed();
  }

  #bytes(value: Uint8Array, depth: number): JsonObject {
    this.#enter(value, depth);
    this.tagged = true;
    const text = toBase64(value);
    this.byteBound += text.length + BYTES_PER_SCALAR;
    this.#leave(value, depth);
    return { $bytes: text };
  }

  #array(value: unknown[], depth: number): JsonValue[] {
    this.#enter(value, depth);
    const out: JsonValue[] = [];
    for (let index = 0; index < value.length; index++) {
      out.push(this.#value(value[index], String(index), depth + 1) ?? null);
    }
    this.#leave(value, depth);
    return out;
  }

  #record(value: Record<string, unknown>, depth: number): JsonObject {
    const keys = Object.keys(value);
    const literal = keys.some(isTagKey);
    const level = literal ? depth + 1 : depth;
    this.#enter(value, level);
    const out: JsonObject = {};
    for (const key of keys) {
      const child = this.#value(value[key], key, level + 1);
      if (child !== undefined) setKey(out, this.#string(key), child);
    }
    this.#leave(value, level);
    if (!literal) return out;
    this.tagged = true;
    return { $literal: out };
  }

  #enter(value: object, depth: number): void {
    this.byteBound += BYTES_PER_SCALAR;
    if (depth <= MAX_NATIVE_DEPTH) return;
    this.deep = true;
    if (this.#ancestors.has(value)) this.#fail('holds a cycle');
    this.#ancestors.add(value);
  }

  #leave(value: object, depth: number): void {
    if (depth > MAX_NATIVE_DEPTH) this.#ancestors.delete(value);
  }

  #fail(problem: string): never {
    this.problem = problem;
    throw new Error(problem);
  }
}

/** Whatever is thrown in here can hold conversation text, so nothing of it goes on. */
function guard<T>(field: string, walk: { problem?: string }, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof RangeError ? 'is nested too deeply or too large' : undefined;
    throw new InvalidInputError(field, walk.problem ?? reason ?? 'cannot be written as JSON');
  }
}

function resolveToJson(value: unknown, key: string): unknown {
  if (typeof value === 'object' ? value === null : !hasMethods(value)) return value;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== 'function' || isBytes(value as object)) return value;
  return (toJSON as (key: string) => unknown).call(value, key);
}

function hasMethods(value: unknown): boolean {
  return typeof value === 'function' || typeof value === 'bigint';
}

function isBoxed(value: object): boolean {
  return (
    value instanceof String ||
    value instanceof Number ||
    value instanceof Boolean ||
    value instanceof BigInt
  );
}

/**
 * Says whether a key is one of those that tags have.
 */
export function isTagKey(key: string): boolean {
  return key.charCodeAt(0) === DOLLAR && TAG_KEYS.has(key);
}
