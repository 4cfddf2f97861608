/**
 * What a value of JSON is.
 *
 * @module
 */
import type { JsonObject } from './document.ts';

/**
 * Says whether a value of JSON is an object and no array.
 */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
