/**
 * What the port is about, past all sessions.
 *
 * @module
 */
import type { Topic } from '../topic.ts';
import { REPLACE } from './replace.ts';
import { STORE } from './store.ts';

/** Both parts of it. */
export const PORT: readonly Topic[] = [STORE, REPLACE];
