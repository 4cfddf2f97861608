/**
 * What tests look for in a report.
 *
 * @module
 */
import type { DoctorReport } from '../../src/index.ts';

/**
 * Gives the codes of all findings.
 */
export function codesOf({ findings }: DoctorReport): string[] {
  return findings.map(({ code }) => code);
}

/**
 * Gives the message of the finding with a code, or of the first that has it; undefined where none has.
 */
export function messageOf({ findings }: DoctorReport, code: string): string | undefined {
  return findings.find((found) => found.code === code)?.message;
}
