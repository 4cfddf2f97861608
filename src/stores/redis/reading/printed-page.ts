/**
 * A page as the server has printed it, before it is taken in.
 *
 * @module
 */

/** More digits than a count has. */
const VALUE_LENGTH = 15;

/**
 * What a server has replied to the paths of a page.
 */
export interface PrintedPage {
  /** That of the values of the page. */
  readonly path: string;
  readonly text: string;
}

/**
 * Gives how many values the document says that it has, or 0 where that is not told, or where the view
 * may begin behind this page. It is a hint to ask for more before the text is taken in: a value of the
 * page can have keys of these names.
 */
export function printedCount({ text }: PrintedPage): number {
  if (beginningOf(text, 'state', 'history_start').startsWith('{')) return 0;
  const count = /^\d+/u.exec(beginningOf(text, 'metadata', 'message_count'));
  return Number(count?.[0] ?? 0);
}

/** Gives how the value of a member begins, in the object that a field of the head is. */
function beginningOf(text: string, field: string, member: string): string {
  const [object, name] = [`$.${field}":[{`, `"${member}":`];
  const at = text.indexOf(object);
  const found = at < 0 ? -1 : text.indexOf(name, at);
  const start = found + name.length;
  return found < 0 ? '' : text.slice(start, start + VALUE_LENGTH);
}
