/**
 * What a value of JSON is.
 *
 * @module
 */
import type { JsonObject } from 'agents-json-session';

/** Whether it is an object, and no array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
