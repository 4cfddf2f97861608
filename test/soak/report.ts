/**
 * What a soak prints at its end.
 *
 * @module
 */
import type { Growth } from './crew.ts';
import type { SoakReport } from './soak.ts';
import type { KindStatistics } from './statistics.ts';

const MOST_OF_ONE = 10;
const WIDTHS = [18, 8, 8, 9, 8, 9, 8, 8, 8];
const NARROW = 9;
const HEADINGS = 'calls,made,acked,repeated,unknown,rejected,p50 ms,p99 ms,max ms'.split(',');

/**
 * Gives the lines of a report.
 */
export function reportLines(report: SoakReport): string[] {
  const { store, seconds, rounds, statistics, faults, growth, mostConnections } = report;
  const { violations, fates } = report;
  const rate = Math.round(statistics.calls / seconds);
  const all = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const memory = growth.slice(0, 3).map(memoryText);
  return [
    `${store}: ${statistics.calls} calls in ${Math.round(seconds)} s, ${rate} a second, ${rounds} rounds`,
    '',
    row(HEADINGS),
    ...statistics.kinds.map((kind) => row(cells(kind))),
    '',
    `rejected: ${rejections(statistics.kinds)}`,
    `faults: ${all}: ${counted(faults)}`,
    `texts that were acknowledged: ${counted(fates)}`,
    `memory of workers in MB after the first and the last round: ${memory.join('; ') || '-'}`,
    ...(mostConnections === null ? [] : [`connections at most: ${mostConnections}`]),
    `violations: ${violations.length}`,
    ...violationLines(violations),
  ];
}

function memoryText({ name, rounds, rss, heap }: Growth): string {
  const [rssText, heapText] = [rss, heap].map((sizes) =>
    sizes.map((size) => size.toFixed(0)).join(' -> '),
  );
  return `${name} in ${rounds} rounds: rss ${rssText}, heap ${heapText}`;
}

/** One mistake shows in many reads, and the first ones say most. */
function violationLines(violations: SoakReport['violations']): string[] {
  return [...Map.groupBy(violations, ({ where }) => where)].flatMap(([where, all]) => {
    const shown = all.slice(0, MOST_OF_ONE).map(({ what }) => `  ${where}: ${what}`);
    const left = all.length - shown.length;
    return left === 0 ? shown : [...shown, `  ${where}: ${left} more`];
  });
}

function cells(statistics: KindStatistics): string[] {
  const { kind, calls, acknowledged, repeated, unknown, rejected, p50, p99, max } = statistics;
  const refused = [...rejected.values()].reduce((sum, count) => sum + count, 0);
  const counts = [calls, acknowledged, repeated, unknown, refused].map(String);
  return [kind, ...counts, ...[p50, p99, max].map((time) => time.toFixed(1))];
}

function row(texts: readonly string[]): string {
  const padded = texts.map((text, index) =>
    index === 0 ? text.padEnd(WIDTHS[0] ?? NARROW) : text.padStart(WIDTHS[index] ?? NARROW),
  );
  return padded.join(' ').trimEnd();
}

function rejections(kinds: readonly KindStatistics[]): string {
  const codes = new Map<string, number>();
  for (const { rejected } of kinds) {
    for (const [code, count] of rejected) codes.set(code, (codes.get(code) ?? 0) + count);
  }
  return counted(codes) || '-';
}

function counted(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
