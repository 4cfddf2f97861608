/**
 * What can be found with any store.
 *
 * @module
 */
import type { FindingKind } from './diagnosis.ts';

/** The code of a finding with any store. */
export type GeneralFindingCode = 'no_diagnosis' | 'store_unavailable';

/** By code. */
export const GENERAL_FINDINGS: Readonly<Record<GeneralFindingCode, FindingKind>> = {
  no_diagnosis: {
    severity: 'info',
    meaning: 'Nothing is known of how safe sessions are in this store.',
    advice: 'Look at its own documentation. A store of your own can implement `diagnose`.',
  },
  store_unavailable: {
    severity: 'error',
    meaning: 'Sessions in this store fail with the same error.',
    advice: 'The word in brackets says why: start the store, or mend its address or its rights.',
  },
};
