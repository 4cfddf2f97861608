/**
 * The findings as docs/doctor.md has them.
 *
 * @module
 */
import type { FindingKind } from '../../src/doctor/diagnosis.ts';
import { GENERAL_FINDINGS } from '../../src/doctor/findings.ts';
import { REDIS_FINDINGS } from '../../src/stores/redis/diagnosis/findings.ts';
import { SQLITE_FINDINGS } from '../../src/stores/sqlite/diagnosis/findings.ts';

/** Every catalogue of findings. */
export const CATALOGUES: readonly Readonly<Record<string, FindingKind>>[] = [
  REDIS_FINDINGS,
  SQLITE_FINDINGS,
  GENERAL_FINDINGS,
];

/**
 * Gives the row of each finding, cells between bars.
 */
export function findingRows(): string[] {
  return CATALOGUES.flatMap((kinds) =>
    Object.entries(kinds).map(([code, { severity, meaning, advice }]) =>
      row([`\`${code}\``, severity, meaning, advice]),
    ),
  );
}

/**
 * Gives the rows of findings in a document, without the blanks that a formatter puts in.
 */
export function documentedRows(document: string): string[] {
  return document
    .split('\n')
    .filter((line) => /^\| `\w+` +\| (error|warning|info) /.test(line))
    .map((line) =>
      row(
        line
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|')),
      ),
    );
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}
