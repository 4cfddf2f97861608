/**
 * Puts findings with SQLite together.
 *
 * @module
 */
import { type Finding, finding } from '../../../doctor/diagnosis.ts';
import { SQLITE_FINDINGS, type SqliteFindingCode } from './findings.ts';

/**
 * Gives a finding with SQLite.
 */
export function found(code: SqliteFindingCode, message: string): Finding {
  return finding(SQLITE_FINDINGS, code, message);
}
