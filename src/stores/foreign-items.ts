/**
 * Items of the SDK for Python as its sessions keep them: one text of JSON each.
 *
 * @module
 */
import type { ForeignItem } from '../transfer/foreign-session.ts';

/**
 * Gives the items of texts. What is no JSON is passed over, as the SDK does.
 */
export function parseItems(
  texts: readonly { readonly text: string; readonly time: number | null }[],
): { items: ForeignItem[]; skipped: number } {
  const items = texts.flatMap(({ text, time }) => {
    try {
      return [{ item: JSON.parse(text) as unknown, time }];
    } catch {
      return [];
    }
  });
  return { items, skipped: texts.length - items.length };
}
