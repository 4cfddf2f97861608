/**
 * Faults of servers that are known by version.
 *
 * @module
 */
import { finding } from '../../../doctor/diagnosis.ts';
import { REDIS_FINDINGS, type RedisFinding } from './findings.ts';

/** A fault, and the first version without it in each line of releases, oldest line first. */
interface KnownFault {
  readonly code: 'jsonpath_abort' | 'lua_vulnerability';
  readonly what: string;
  readonly fixedIn: Readonly<Record<string, readonly string[]>>;
}

const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    // Redis release notes of October 2025; https://redis.io/blog/security-advisory-cve-2025-49844/
    // and the releases 7.2.11, 8.0.6, 8.1.4 and 9.0.0-rc3 of Valkey.
    code: 'lua_vulnerability',
    what: 'CVE-2025-49844, CVE-2025-46817, CVE-2025-46818 and CVE-2025-46819',
    fixedIn: {
      Redis: ['6.2.20', '7.2.11', '7.4.6', '8.0.4', '8.2.2'],
      Valkey: ['7.2.11', '8.0.6', '8.1.4'],
    },
  },
  {
    // Redis release notes of May 2026 (redis/docs pull request 3292) and 7.2.14; the notes of Redis 6.2
    // and 8.0 name no release with the fix. Valkey 8.1.7 and 9.0.4 of May 2026; for 7.2 and 8.0 the last
    // releases before those of July 2026.
    code: 'lua_vulnerability',
    what: 'CVE-2026-23631',
    fixedIn: {
      Redis: ['7.2.14', '7.4.9', '8.2.6', '8.4.3', '8.6.3'],
      Valkey: ['7.2.13', '8.0.9', '8.1.7', '9.0.4'],
    },
  },
  {
    // RedisJSON commit 1d157e27 (pull request 1504): not in the module tags v8.0.8, v8.2.9, v8.4.5 and
    // v8.6.4, in v8.8.0. Measured on RedisJSON 2.8.3: SIGABRT.
    code: 'jsonpath_abort',
    what: 'The abort on a JSONPath slice',
    fixedIn: { Redis: ['8.8.0'] },
  },
];

/**
 * Gives the findings for a version. Products that are not in the table have none.
 */
export function knownFaults(product: string, version: string): RedisFinding[] {
  return KNOWN_FAULTS.flatMap(({ code, what, fixedIn }) => {
    const fix = missingFix(fixedIn[product] ?? [], version);
    const message = `${what}: ${product} ${version} has it, ${fix} does not.`;
    return fix === null ? [] : [finding(REDIS_FINDINGS, code, message)];
  });
}

/** The version to update to, or null where the fault is not there. */
function missingFix(fixedIn: readonly string[], version: string): string | null {
  const own = numbers(version);
  const newest = fixedIn.at(-1);
  if (newest === undefined || own.length < 3) return null;
  const sameLine = fixedIn.find((fix) => isSameLine(numbers(fix), own));
  const needed = sameLine ?? fixedIn.find((fix) => isBefore(own, numbers(fix)));
  return needed !== undefined && isBefore(own, numbers(needed)) ? needed : null;
}

function numbers(version: string): number[] {
  return version.split(/[.-]/).map(Number).slice(0, 3);
}

function isSameLine(left: readonly number[], right: readonly number[]): boolean {
  return left[0] === right[0] && left[1] === right[1];
}

function isBefore(left: readonly number[], right: readonly number[]): boolean {
  const at = left.findIndex((value, index) => value !== right[index]);
  return at !== -1 && (left[at] ?? 0) < (right[at] ?? 0);
}
