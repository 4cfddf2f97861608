/**
 * Entries, and a handoff context, that are put in the place of others: what `replace.lua` needs for it.
 *
 * @module
 */
import type { JsonValue } from '../../../document/document.ts';
import { canonicalText } from '../../../items/canonical-text.ts';
import type { ReplaceParams } from '../../../store.ts';
import { replyJson, replyText } from '../clients/reply.ts';

/**
 * Gives the arguments of the script, or null where another handoff context stands there than the one
 * that is to be replaced.
 *
 * @param others - As `kept-by-others.lua` takes it.
 * @param readContext - Gives the reply of the server about the handoff context.
 */
export async function replaceArguments(
  { generation, index, entries, handoffContext }: ReplaceParams,
  others: string,
  readContext: () => Promise<unknown>,
): Promise<string[] | null> {
  const context = handoffContext && printedContext(await readContext(), handoffContext.before);
  if (context === null) return null;
  return [
    String(generation),
    String(index),
    JSON.stringify(entries.map(({ id }) => id)),
    context ?? '',
    handoffContext === undefined ? '' : JSON.stringify(handoffContext.after),
    others,
    ...entries.map((entry) => JSON.stringify(entry)),
  ];
}

/** As the server prints it, by which the script knows that it still stands there; null for another one. */
function printedContext(reply: unknown, before: JsonValue): string | null {
  const text = replyText(reply) ?? '[]';
  const [current] = replyJson(text) as [JsonValue?];
  const isSame = current !== undefined && canonicalText(current) === canonicalText(before);
  return isSame ? text : null;
}
