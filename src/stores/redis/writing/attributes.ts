/**
 * Merging into the attributes of a session, with servers that can do it and with those that cannot.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../../../document/document.ts';
import { mergePatch } from '../../../document/merge-patch.ts';
import { ConflictError } from '../../../errors.ts';
import type { WriteResult } from '../../../store.ts';
import { replyJson, replyText } from '../clients/reply.ts';

/** How often it is tried while other writers change the attributes too. */
const ATTEMPTS = 20;

/**
 * Attributes as `append.lua` takes them, as JSON texts.
 */
export interface MergedAttributes {
  /** For the server to merge. */
  readonly patch?: string;
  /** What the server must still have, where it does not merge. */
  readonly before?: string;
  /** What they become, or are in a new session. */
  readonly after?: string;
}

/**
 * How attributes are read and written.
 */
export interface AttributesAccess {
  /** Whether the server can merge, as far as is known. */
  readonly canMerge: boolean;
  readonly read: () => Promise<unknown>;
  /** Gives null when the attributes have changed, or the server cannot merge them. */
  readonly write: (attributes: MergedAttributes) => Promise<WriteResult | null>;
}

/**
 * Merges a patch into the attributes. Where the server has no JSON.MERGE they are read, merged, and
 * written if they are still the same: a path for each key would put caller text into JSONPath.
 *
 * @throws {@link ConflictError} (`conflict`) when other writers kept changing them.
 */
export async function mergeAttributes(
  attributes: JsonObject,
  { canMerge, read, write }: AttributesAccess,
): Promise<WriteResult> {
  if (canMerge) {
    const patch = JSON.stringify(attributes);
    const after = JSON.stringify(mergePatch({}, attributes));
    const result = await write({ patch, after });
    if (result !== null) return result;
  }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const text = replyText(await read()) ?? '[]';
    const before = text === '[]' ? '[{}]' : text;
    const [current] = replyJson(before) as [JsonValue];
    const after = JSON.stringify(mergePatch(current, attributes));
    const result = await write({ before, after });
    if (result !== null) return result;
  }
  throw new ConflictError('Other writers kept changing the attributes');
}
