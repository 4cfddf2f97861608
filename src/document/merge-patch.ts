/**
 * JSON Merge Patch, RFC 7396.
 *
 * @module
 */
import type { JsonObject, JsonValue } from './document.ts';
import { isRecord } from './is-record.ts';

/**
 * Gives the target with the patch merged in: members that are null in the patch are removed, objects
 * are merged, everything else is replaced. A target that is no object counts as an empty one. Neither
 * argument is changed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7396
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonObject): JsonObject {
  // A Map keeps a member named __proto__ from becoming the prototype of the result.
  const members = new Map(isRecord(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      members.delete(name);
    } else if (isRecord(value)) {
      members.set(name, mergePatch(members.get(name), value));
    } else {
      members.set(name, value);
    }
  }
  return Object.fromEntries(members);
}
