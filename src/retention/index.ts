/**
 * Keeping no more of sessions than wanted: once, or again and again in the background.
 *
 * @module
 */
export { retain, type RetainOptions, type Retention } from './retain.ts';
export type { RetentionLimits } from './trim.ts';
export {
  type RetentionPlace,
  type TrimFailure,
  trimSessions,
  type TrimSessionsOptions,
  type TrimSessionsReport,
} from './trim-sessions.ts';
