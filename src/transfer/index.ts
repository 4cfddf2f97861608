/**
 * Moving sessions: as lines of JSON, and from one store to another.
 *
 * @module
 */
export { copySession, type CopyTarget } from './copy.ts';
export { exportSession, exportSessions, type ExportSessionsOptions } from './export.ts';
export {
  type ForeignItem,
  type ForeignSession,
  fileSessions,
  type SessionFile,
} from './foreign-session.ts';
export { importFrom, type ImportFromOptions, type ImportFromResult } from './import-from.ts';
export {
  type ImportOptions,
  type ImportResult,
  importSession,
  importSessions,
  type ImportSessionOptions,
} from './import.ts';
export type { PlacingStatus } from './placing.ts';
export type { SessionPlace, SessionSource } from './source.ts';
