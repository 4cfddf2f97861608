/**
 * The ids by which an `OutcomeUnknownError` names a write, and what they tell when the write is sent
 * once more.
 *
 * @module
 */

/** Well inside the ten minutes for which the server keeps the record of a writer. */
const REPEATABLE_MS = 9 * 60_000;

/**
 * As a write is known to the server: its lane and its number.
 */
export interface WriteIdentity {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly sequence: number;
}

/**
 * A write of which the outcome was unknown.
 */
export interface EarlierWrite extends WriteIdentity {
  /** When it was sent, in milliseconds. */
  readonly sentAt: number;
}

/**
 * Names a write, with the second in which it was sent: for a while the server knows whether it was
 * applied.
 */
export function operationIdOf(
  { id, sequence }: WriteIdentity,
  sentAt: number = Date.now(),
): string {
  return `${id}-${sequence}-${Math.floor(sentAt / 1000)}`;
}

/**
 * Tells whether the server still knows of a write whether it was applied.
 */
export function isRepeatable({ sentAt }: EarlierWrite): boolean {
  return Date.now() - sentAt <= REPEATABLE_MS;
}

/**
 * Gives the write that an id names, or null for an id that no numbered write of a Redis store had.
 */
export function earlierWrite(operationId: string | undefined): EarlierWrite | null {
  // No more digits than Lua writes out as they are.
  const pattern = /^([\da-f]{16})-([1-9]\d{0,12})-([1-9]\d{0,11})$/u;
  const [, id, sequence, second] = pattern.exec(operationId ?? '') ?? [];
  if (id === undefined) return null;
  return { id, sequence: Number(sequence), sentAt: Number(second) * 1000 };
}

/**
 * Gives the id of a delete, or null for an id that none had.
 */
export function earlierDelete(operationId: string | undefined): string | null {
  return /^[\da-f]{16}$/u.exec(operationId ?? '')?.[0] ?? null;
}
