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
 * What became of a text after it was written: nobody removed it, or somebody may have done it, or has.
 */
export type Fate = 'kept' | 'maybe-removed' | 'removed';

/**
 * What else is known of a session.
 */
export interface Facts {
  /** Texts that somebody else wrote, each once; default none. */
  readonly others?: readonly string[];
  /** Default: everything is kept. */
  readonly fateOf?: (text: string) => Fate;
  /** The least and the most that were spent; default what the messages have, null for anything. */
  readonly tokens?: readonly [least: number, most: number] | null;
  /** Codes with which a write can be refused; default those of writes that only add. */
  readonly refusals?: ReadonlySet<string>;
}

/**
 * Gives all that is wrong with a document.
 *
 * @param attempts - All writes to this life of the session, each writer's in its order.
 */
export function violations(
  attempts: readonly Attempt[],
  document: SessionDocument,
  facts: Facts = {},
): string[] {
  const { others = [], fateOf = () => 'kept', refusals = REFUSALS } = facts;
  const stored = new StoredTexts(document);
  return [
    ...attempts.flatMap((attempt) => wrongAttempt(attempt, stored, fateOf)),
    ...wrongRefusals(attempts, refusals),
    ...wrongOrder(attempts, stored),
    ...wrongOthers(attempts, stored, others),
    ...wrongCounts(document, facts.tokens),
    ...wrongShape(document),
  ];
}

/** Texts of all writers are different ones, so a text is found by itself. */
class StoredTexts {
  readonly texts: readonly string[];
  readonly #places = new Map<string, number[]>();

  constructor({ messages }: SessionDocument) {
    this.texts = messages.map(({ content }) => content);
    for (const [index, text] of this.texts.entries()) {
      const places = this.#places.get(text);
      if (places === undefined) this.#places.set(text, [index]);
      else places.push(index);
    }
  }

  times(text: string): number {
    return this.#places.get(text)?.length ?? 0;
  }

  /** Where it stands first, or -1. */
  at(text: string): number {
    return this.#places.get(text)?.[0] ?? -1;
  }
}

function wrongAttempt(
  { texts, outcome }: Attempt,
  stored: StoredTexts,
  fateOf: (text: string) => Fate,
): string[] {
  const [first = '', ...rest] = texts;
  const wrong = texts.flatMap((text) => {
    const times = stored.times(text);
    const fate = fateOf(text);
    const allowed = fate === 'removed' ? [0] : TIMES[outcome];
    if (allowed.includes(times) || (fate !== 'kept' && times === 0)) return [];
    return [`${short(text)} ${outcome} and ${fate}, ${times} times`];
  });
  const at = stored.at(first);
  if (at === -1 && rest.some((text) => stored.at(text) !== -1)) {
    wrong.push(`${short(first)} is there in part`);
  }
  // What is removed is removed from the end.
  const end = rest.findIndex((text) => stored.at(text) === -1 && fateOf(text) !== 'kept');
  const left = end === -1 ? rest : rest.slice(0, end);
  const isTorn = left.some((text, index) => stored.texts[at + index + 1] !== text);
  const isBehind = end !== -1 && rest.slice(end).some((text) => stored.at(text) !== -1);
  if (at !== -1 && (isTorn || isBehind)) wrong.push(`${short(first)} is torn apart`);
  return wrong;
}

function wrongRefusals(attempts: readonly Attempt[], refusals: ReadonlySet<string>): string[] {
  return attempts
    .filter(({ outcome, code }) => outcome === 'rejected' && !refusals.has(code))
    .map(({ texts, code }) => `${short(texts[0] ?? '')} failed with ${code}`);
}

function wrongOrder(attempts: readonly Attempt[], stored: StoredTexts): string[] {
  const last = new Map<string, number>();
  return attempts.flatMap(({ writer, outcome, texts: [text = ''] }) => {
    const at = stored.at(text);
    if (outcome !== 'acknowledged' || at === -1) return [];
    const isBehind = at > (last.get(writer) ?? -1);
    last.set(writer, at);
    return isBehind ? [] : [`${short(text)} is out of order`];
  });
}

function wrongOthers(
  attempts: readonly Attempt[],
  stored: StoredTexts,
  others: readonly string[],
): string[] {
  const known = new Set([...attempts.flatMap(({ texts }) => texts), ...others]);
  const strange = stored.texts.filter((text) => !known.has(text));
  const wrong = others.filter((text) => stored.times(text) !== 1);
  return [
    ...strange.map((text) => `${short(text)} was written by nobody`),
    ...wrong.map((text) => `${short(text)} of another program is not there once`),
  ];
}

function wrongCounts({ metadata, messages }: SessionDocument, spent: Facts['tokens']): string[] {
  const tokens = messages.reduce((sum, message) => sum + (message.tokens ?? 0), 0);
  const [least, most] = spent === undefined ? [tokens, tokens] : (spent ?? [0, Infinity]);
  const wrong: string[] = [];
  if (metadata.message_count !== messages.length) {
    wrong.push(`message_count is ${metadata.message_count} of ${messages.length}`);
  }
  if (metadata.total_tokens < least || metadata.total_tokens > most) {
    const spentText = least === most ? `${least}` : `${least} to ${most}`;
    wrong.push(`total_tokens is ${metadata.total_tokens}, and ${spentText} were spent`);
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
