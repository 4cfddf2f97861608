/**
 * Writes what was measured into the documents.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Puts a text between the markers of a Markdown file.
 *
 * @param name - That of the markers.
 * @throws Error when the file has no such markers.
 */
export function writeBetweenMarkers(path: string, text: string, name: string = 'bench'): void {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const page = readFileSync(path, 'utf8');
  const [before, rest] = page.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no ${start}`);
  writeFileSync(path, `${before}${start}\n\n${text}\n\n${end}${after}`);
}
