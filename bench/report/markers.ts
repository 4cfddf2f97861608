/**
 * Writes what was measured into the documents.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';

const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/**
 * Puts a text between the markers of a Markdown file.
 *
 * @throws Error when the file has no markers.
 */
export function writeBetweenMarkers(path: string, text: string): void {
  const page = readFileSync(path, 'utf8');
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no ${START}`);
  writeFileSync(path, `${before}${START}\n\n${text}\n\n${END}${after}`);
}
