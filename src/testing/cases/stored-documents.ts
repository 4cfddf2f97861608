import type { Topic } from '../topic.ts';
import { DOCUMENTS } from './documents.ts';
import { FOREIGN_DOCUMENTS } from './foreign-documents.ts';
import { FOREIGN_FORKS, FORKS } from './forks.ts';
import { RESTORING } from './restoring.ts';
import { TRIMMING, TRIMMING_BY_AGE } from './trimming.ts';

/**
 * All topics of documents as they are stored, and of sessions that are made of whole ones.
 */
export const STORED_DOCUMENTS: readonly Topic[] = [
  DOCUMENTS,
  FOREIGN_DOCUMENTS,
  RESTORING,
  FORKS,
  FOREIGN_FORKS,
  TRIMMING,
  TRIMMING_BY_AGE,
];
