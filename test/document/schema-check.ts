/**
 * Checks documents by the published schema.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../docs/session-document.schema.json', import.meta.url), 'utf8'),
) as AnySchemaObject;

/** Compiled strictly: a keyword that is misspelt would check nothing. */
export const validateDocument: ValidateFunction = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  strictRequired: false,
}).compile(SCHEMA);

/**
 * Throws when a document is not as `docs/session-document.schema.json` says.
 */
export function checkDocument(document: unknown): void {
  if (validateDocument(document)) return;
  const errors = (validateDocument.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  );
  throw new Error(`not a session document: ${errors.join('; ')}`);
}
