/**
 * Checks documents that come from outside: by the published schema, and for what no store can hold.
 *
 * @module
 */
import { type Schema, Validator } from '@cfworker/json-schema';

import schema from '../../docs/session-document.schema.json' with { type: 'json' };
import type { JsonValue, SessionDocument } from '../document/document.ts';
import { isSealed, isSealedEntry } from '../encryption/is-sealed.ts';

/** Well inside what servers parse: 48 levels of an item or an attribute, and where they stand. */
const MOST_LEVELS = 64;

/** What is wrong, and where. */
export interface Problem {
  /** Names and positions, with `*` for names that are the caller's own. */
  readonly field: string;
  readonly reason: string;
}

type Path = readonly (string | number)[];

const KNOWN_NAMES = new Set(['document', ...namesIn(schema)]);

let validator: Validator | null = null;

/**
 * Finds what is wrong with a document, or gives null where it is one.
 */
export function findProblem(value: unknown): Problem | null {
  return findUnstorable(value as JsonValue, ['document']) ?? findMisfit(value);
}

/**
 * Tells of a value that passed {@link findProblem} that it is a document.
 */
export function asDocument(value: unknown): SessionDocument {
  return value as SessionDocument;
}

/**
 * Finds what is encrypted in a document, or gives null: it is bound to the life that it was encrypted for,
 * and would open in no other.
 */
export function findSealed({ messages, handoff_context }: SessionDocument): Problem | null {
  const reason = 'is encrypted for the session that it comes from: export that with its keys';
  const index = messages.findIndex(isSealedEntry);
  if (index !== -1) return problem(['document', 'messages', index], reason);
  return isSealed(handoff_context) ? problem(['document', 'handoff_context'], reason) : null;
}

/** Numbers that are none, halves of surrogate pairs, and nesting that servers refuse. */
function findUnstorable(value: JsonValue, path: Path): Problem | null {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return problem(path, 'is a number that is too large');
  }
  if (typeof value === 'string' && !value.isWellFormed()) {
    return problem(path, 'must be well-formed Unicode');
  }
  if (typeof value !== 'object' || value === null) return null;
  if (path.length > MOST_LEVELS) return problem(path.slice(0, 4), 'is nested too deep');
  for (const [name, member] of Object.entries(value)) {
    if (!name.isWellFormed()) return problem(path, 'has a name that is not well-formed Unicode');
    const step = Array.isArray(value) ? Number(name) : name;
    const found = findUnstorable(member, [...path, step]);
    if (found !== null) return found;
  }
  return null;
}

function findMisfit(value: unknown): Problem | null {
  validator ??= new Validator(schema as Schema, '2020-12', true);
  const { valid, errors } = validator.validate(value);
  // The last one is the innermost.
  const error = errors.at(-1);
  if (valid || error === undefined) return null;
  const { instanceLocation, keyword } = error;
  const path = ['document', ...instanceLocation.split('/').slice(1)];
  const missing = /required property "(\w+)"/u.exec(error.error)?.[1];
  if (keyword === 'required' && missing !== undefined) {
    return problem([...path, missing], 'is missing');
  }
  return problem(path, `is not as the schema of documents says (${keyword})`);
}

function problem(path: Path, reason: string): Problem {
  const steps = path.map((step) => {
    if (/^\d+$/u.test(String(step))) return `[${step}]`;
    return KNOWN_NAMES.has(String(step)) ? `.${step}` : '.*';
  });
  return { field: steps.join('').slice(1), reason };
}

/** The names of all properties that a schema has. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { properties } = value as { properties?: object };
  return [...Object.keys(properties ?? {}), ...Object.values(value).flatMap(namesIn)];
}
