/**
 * A session as one line of JSON.
 *
 * @module
 */
import { type JsonValue, SCHEMA, type SessionDocument } from '../document/document.ts';
import type { WholeSession } from '../document/whole-session.ts';
import { InvalidInputError, UnsupportedSchemaError } from '../errors.ts';
import { canonicalText, sha256 } from '../items/canonical-text.ts';
import { asDocument, findProblem, findSealed } from './document-check.ts';

const FORMAT = 'agents-json-session';
const VERSION = 1;
/** About 68 years, as for a ttl. */
const MOST_SECONDS = 2 ** 31 - 1;

/**
 * A session as it stands in a line.
 */
export interface ExportedSession extends WholeSession {
  /** SHA-256 of everything else in the line, with sorted keys, in hexadecimal. */
  readonly checksum: string;
  /** The same for every export of the same content, however long the session still lived. */
  readonly identity: string;
}

/**
 * Gives a session with its checksum. What belongs to its place stays behind: its lock, who has written
 * to it, and where it was imported from.
 */
export async function asExported({ document, expiresIn }: WholeSession): Promise<ExportedSession> {
  const { import: _import, ...content } = document;
  const { state } = content;
  const moved = state === undefined ? content : { ...content, state: unattended(state) };
  return exportedAs(moved, expiresIn);
}

/**
 * Gives the line, without a line break.
 */
export function toLine({ document, expiresIn, checksum }: ExportedSession): string {
  const head = { format: FORMAT, version: VERSION, checksum, expires_in: expiresIn };
  return JSON.stringify({ ...head, document });
}

/**
 * Reads a line.
 *
 * @param at - The number of the line, for errors.
 * @throws {@link InvalidInputError} (`invalid_input`) naming the line and the field that is wrong;
 * {@link UnsupportedSchemaError} (`unsupported_schema`).
 */
export async function fromLine(text: string, at: number): Promise<ExportedSession> {
  const invalid = (field: string, reason: string): InvalidInputError =>
    new InvalidInputError(`line ${at}${field === '' ? '' : `: ${field}`}`, reason);
  const fields = parse(text);
  if (fields === null) throw invalid('', 'is no JSON object');
  const { format, version, checksum, expires_in: expiresIn, document } = fields;
  if (format !== FORMAT) throw invalid('format', `must be ${FORMAT}`);
  if (version !== VERSION) throw invalid('version', `must be ${VERSION}: update this package`);
  if (!isLifetime(expiresIn)) throw invalid('expires_in', 'must be seconds, or null');
  const problem = findProblem(document);
  const schema = schemaOf(document);
  if (schema > SCHEMA) throw new UnsupportedSchemaError(asDocument(document).session_id, schema);
  if (problem !== null) throw invalid(problem.field, problem.reason);
  const sealed = findSealed(asDocument(document));
  if (sealed !== null) throw invalid(sealed.field, sealed.reason);
  const exported = await exportedAs(asDocument(document), expiresIn);
  if (checksum !== exported.checksum) {
    throw invalid('checksum', 'is not that of the line, which was changed or cut');
  }
  return exported;
}

async function exportedAs(
  document: SessionDocument,
  expiresIn: number | null,
): Promise<ExportedSession> {
  const checksum = await checksumOf(document, expiresIn);
  const identity = expiresIn === null ? checksum : await checksumOf(document, null);
  return { document, expiresIn, checksum, identity };
}

function unattended<S extends object>(state: S): S & { writers: string; lock: null } {
  return { ...state, writers: '', lock: null };
}

async function checksumOf(document: SessionDocument, expiresIn: number | null): Promise<string> {
  const content = { format: FORMAT, version: VERSION, expires_in: expiresIn, document };
  return sha256(canonicalText(content as unknown as JsonValue));
}

/** Errors of the parser hold some of the text. */
function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isLifetime(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && value >= 0 && value <= MOST_SECONDS);
}

/** A newer document may have any shape: that it is newer is what there is to say. */
function schemaOf(document: unknown): number {
  const { state, session_id: id } = (document ?? {}) as Partial<SessionDocument>;
  return typeof id === 'string' && typeof state?.schema === 'number' ? state.schema : 0;
}
