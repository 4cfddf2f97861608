/**
 * How the cases of the contract are written down.
 *
 * @module
 */
import type { CaseScope } from './case-scope.ts';

/**
 * Cases by what must be true.
 */
export type CaseTable = Readonly<Record<string, (scope: CaseScope) => Promise<void>>>;

/**
 * The cases about one subject.
 */
export interface Topic {
  readonly title: string;
  /** Which access to the stored documents the cases need. */
  readonly needs: 'nothing' | 'read' | 'read and write';
  readonly cases: CaseTable;
}
