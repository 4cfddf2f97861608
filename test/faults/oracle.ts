/**
 * What must hold of a session after any fault, judged by what its writers were told.
 *
 * @module
 */
import type { SessionDocument } from '../../src/document/document.ts';
import { validateDocument } from '../document/schema-check.ts';

/**
 * - `acknowledged`: it is there once, behind what the same writer had acknowledged before.
 * - `repeated`: it was unknown, and was acknowledged when it was sent again: it is there once.
 * - `applied`: it is there once, and was not confirmed to be on a replica or on disk.
 * - `unknown`: it is there once or not at all.
 * - `rejected`: it is not there.
 */
export type Outcome = 'acknowledged' | 'repeated' | 'applied' | 'unknown' | 'rejected';

/**
 * One write of texts that nobody else writes, as its writer saw it.
 */
export interface Attempt {
  readonly writer: string;
  /** One for a message with one token, two for a pair of items that belong together. */
  readonly texts: readonly string[];
  /** Names the write when it is sent again; null until somebody knows. */
  operationId: string | null;
  outcome: Outcome;
  /** The code of the error, or empty. */
  code: string;
}

/** Codes with which a write can be refused; another failure is a mistake of ours. */
const REFUSALS: ReadonlySet<string> = new Set([
  'store_unavailable',
  'out_of_memory',
  'session_expired',
  'session_not_found',
  'corrupt_document',
  'wrong_key_type',
]);

const TIMES: Readonly<Record<Outcome, readonly number[]>> = {
  acknowledged: [1],
  repeated: [1],
  applied: [1],
  unknown: [0, 1],
  rejected: [0],
};

/**
 * Gives all that is wrong with a document.
 *
 * @param attempts - All writes to this life of the session, each writer's in its order.
 * @param others - Texts that somebody else wrote, each once.
 */
export function violations(
  attempts: readonly Attempt[],
  document: SessionDocument,
  others: readonly string[] = [],
): string[] {
  const places = placesOf(document);
  return [
    ...attempts.flatMap((attempt) => wrongAttempt(attempt, places)),
    ...wrongOrder(attempts, places),
    ...wrongOthers(attempts, places, others),
    ...wrongCounts(document),
    ...wrongShape(document),
  ];
}

/** Where each text stands; more than once if it was doubled. */
type Places = ReadonlyMap<string, readonly number[]>;

function placesOf({ messages }: SessionDocument): Places {
  const places = new Map<string, number[]>();
  for (const [index, { content }] of messages.entries()) {
    const own = places.get(content);
    if (own === undefined) places.set(content, [index]);
    else own.push(index);
  }
  return places;
}

/** Texts of all writers are different ones, so a text is found by itself. */
function wrongAttempt({ texts, outcome, code }: Attempt, places: Places): string[] {
  const [first = '', ...rest] = texts;
  const wrong: string[] = [];
  for (const text of texts) {
    const times = places.get(text)?.length ?? 0;
    if (!TIMES[outcome].includes(times)) wrong.push(`${short(text)} ${outcome}, ${times} times`);
  }
  const at = places.get(first)?.[0];
  const beside = rest.map((text) => places.get(text)?.[0]);
  if (at === undefined && beside.some((index) => index !== undefined)) {
    wrong.push(`${short(first)} is there in part`);
  }
  if (at !== undefined && beside.some((index, after) => index !== at + after + 1)) {
    wrong.push(`${short(first)} is torn apart`);
  }
  if (outcome === 'rejected' && !REFUSALS.has(code)) {
    wrong.push(`${short(first)} failed with ${code}`);
  }
  return wrong;
}

function wrongOrder(attempts: readonly Attempt[], places: Places): string[] {
  const acknowledged = attempts.filter(({ outcome }) => outcome === 'acknowledged');
  const last = new Map<string, number>();
  return acknowledged.flatMap(({ writer, texts: [text = ''] }) => {
    const at = places.get(text)?.at(-1) ?? Number.POSITIVE_INFINITY;
    const isBehind = at > (last.get(writer) ?? -1);
    last.set(writer, at);
    return isBehind || at === Number.POSITIVE_INFINITY ? [] : [`${short(text)} is out of order`];
  });
}

function wrongOthers(
  attempts: readonly Attempt[],
  places: Places,
  others: readonly string[],
): string[] {
  const known = new Set([...attempts.flatMap(({ texts }) => texts), ...others]);
  const strange = [...places.keys()].filter((text) => !known.has(text));
  const wrong = others.filter((text) => places.get(text)?.length !== 1);
  return [
    ...strange.map((text) => `${short(text)} was written by nobody`),
    ...wrong.map((text) => `${short(text)} of another program is not there once`),
  ];
}

function wrongCounts({ metadata, messages }: SessionDocument): string[] {
  const tokens = messages.reduce((sum, message) => sum + (message.tokens ?? 0), 0);
  const wrong: string[] = [];
  if (metadata.message_count !== messages.length) {
    wrong.push(`message_count is ${metadata.message_count} of ${messages.length}`);
  }
  if (metadata.total_tokens !== tokens) {
    wrong.push(`total_tokens is ${metadata.total_tokens}, the messages have ${tokens}`);
  }
  if (new Set(messages.map(({ id }) => id)).size !== messages.length) wrong.push('ids repeat');
  return wrong;
}

function wrongShape(document: SessionDocument): string[] {
  if (validateDocument(document)) return [];
  const errors = validateDocument.errors ?? [];
  return errors.map(({ instancePath, message }) => `schema: ${instancePath} ${message}`);
}

function short(text: string): string {
  return text.slice(0, 20);
}
