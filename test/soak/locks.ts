/**
 * Whether those who had a session to themselves really had.
 *
 * @module
 */
import { ADDING, type Call, POPPING } from './call.ts';

const HEAD_WRITES: ReadonlySet<string> = new Set([
  'setAttributes',
  'setHandoffContext',
  'trackAgent',
]);

/**
 * Gives the writes that others made to a session while somebody had it: between the moment in which
 * the lock was taken and the last write that was applied under it, the lock was live.
 */
export function wrongLocks(calls: readonly Call[]): string[] {
  const sections = calls.filter(({ kind, acquired }) => kind === 'exclusive' && acquired !== null);
  return sections.flatMap((section) => {
    const name = `${section.writer}-${section.number}`;
    const begins = calls
      .filter(({ lock, outcome }) => lock === name && outcome === 'acknowledged')
      .map(({ begun }) => begun);
    const [from, to] = [section.acquired ?? 0, Math.max(0, ...begins)];
    return calls
      .filter((call) => call.lock !== name && call.begun > from && (call.ended ?? 0) < to)
      .filter(isHeldUp)
      .map(({ kind, writer, number }) => `${kind} ${writer}-${number} within exclusive ${name}`);
  });
}

/** Writes that a lock holds up, and of which it is certain that they were made. */
function isHeldUp({ kind, outcome, removed, wasThere, acquired }: Call): boolean {
  if (kind === 'exclusive') return acquired !== null;
  if (outcome !== 'acknowledged') return false;
  if (ADDING.has(kind)) return kind !== 'python';
  if (POPPING.has(kind)) return (removed?.length ?? 0) > 0;
  if (kind === 'delete') return wasThere === true;
  return HEAD_WRITES.has(kind) || kind === 'clear' || kind === 'clearSession';
}
