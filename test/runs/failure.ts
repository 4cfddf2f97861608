/**
 * An error as another process can tell it.
 *
 * @module
 */

/**
 * What is told of an error.
 */
export interface Failure {
  /** Name of its class. */
  readonly type: string;
  /** Its code, or null where it has none. */
  readonly code: string | null;
  readonly message: string;
}

/**
 * Tells an error.
 */
export function tell(error: unknown): Failure {
  const { constructor, message, code } = error as Error & { code?: string };
  return { type: constructor.name, code: code ?? null, message };
}
