/**
 * The table of the README, written from measurements only.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';

const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/**
 * One comparison: median milliseconds of one run, and microseconds of the server's own time where
 * there is a server.
 */
export interface Row {
  readonly store: string;
  readonly what: string;
  readonly peer: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ourServer?: number;
  readonly theirServer?: number;
}

/**
 * Gives rows as a Markdown table.
 */
export function toTable(rows: readonly Row[]): string {
  const head = '| Store | Work | Peer | Time ours : peer | Ratio | Server ours : peer |';
  return [head, '| --- | --- | --- | --- | --- | --- |', ...rows.map(toLine)].join('\n');
}

function toLine({ store, what, peer, ours, theirs, ourServer, theirServer }: Row): string {
  const time = `${ours.toFixed(3)} : ${theirs.toFixed(3)} ms`;
  const server =
    ourServer === undefined || theirServer === undefined
      ? '–'
      : `${ourServer.toFixed(0)} : ${theirServer.toFixed(0)} µs`;
  return `| ${store} | ${what} | ${peer} | ${time} | ${(ours / theirs).toFixed(2)} | ${server} |`;
}

/**
 * Puts a text between the markers of a Markdown file.
 */
export function writeBetweenMarkers(path: string, text: string): void {
  const page = readFileSync(path, 'utf8');
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no ${START}`);
  writeFileSync(path, `${before}${START}\n\n${text}\n\n${END}${after}`);
}
