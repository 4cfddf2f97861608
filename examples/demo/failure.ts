/**
 * What a failure means for whoever runs the demo.
 *
 * @module
 */
import { SessionError } from 'agents-json-session';
import { sqliteFile } from './choices.ts';

export function describeFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `The demo failed: ${message}${advice(error)}`;
}

function advice(error: unknown): string {
  if (sqliteFile() !== undefined || !(error instanceof SessionError)) return '';
  return '\nWithout REDIS_URL the demo uses the embedded store.';
}
