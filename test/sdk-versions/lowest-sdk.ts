/**
 * Where the lowest supported version of the Agents SDK is.
 *
 * `agents-lowest` of package.json is `@openai/agents` in that version, under a name of its own, and
 * brings the `@openai/agents-core` that belongs to it. Vite, Node and the compiler each are told here
 * what to look for instead, and where from, and look it up by their own rules.
 *
 * @module
 */

/**
 * What to resolve in place of an import of the SDK.
 */
export interface LowestImport {
  readonly specifier: string;
  /** URL of the file that it is resolved from. */
  readonly parent: string;
}

const PARENT = new URL('../../node_modules/agents-lowest/package.json', import.meta.url).href;

/**
 * Gives what an import of the SDK means with its lowest version, or undefined where the import is of
 * something else.
 */
export function toLowestSdk(specifier: string): LowestImport | undefined {
  if (!/^@openai\/agents(?:[-/]|$)/.test(specifier)) return undefined;
  return {
    specifier: specifier.replace(/^@openai\/agents(?=\/|$)/, 'agents-lowest'),
    parent: PARENT,
  };
}
