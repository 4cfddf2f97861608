import type { Topic } from '../topic.ts';
import { DIRECTORY } from './directory.ts';
import { DIRECTORY_SUMS } from './directory-sums.ts';
import { SEARCH } from './search.ts';
import { SEARCH_WORDS } from './search-words.ts';

/**
 * All topics of finding sessions and messages.
 */
export const FINDING: readonly Topic[] = [...DIRECTORY, DIRECTORY_SUMS, SEARCH_WORDS, ...SEARCH];
