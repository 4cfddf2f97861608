/**
 * The project as the TypeScript compiler sees it, for scripts that look into the sources.
 *
 * @module
 */
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';

import ts from 'typescript';

/** The project's folder. */
export const ROOT: string = join(import.meta.dirname, '..');

/** The module behind each subpath of "exports" in package.json. */
export const ENTRIES: readonly string[] = [
  'src/index.ts',
  'src/directory/index.ts',
  'src/encryption/index.ts',
  'src/inspector/index.ts',
  'src/stores/redis/index.ts',
  'src/retention/index.ts',
  'src/stores/sqlite/index.ts',
  'src/otel/index.ts',
  'src/testing/index.ts',
  'src/transfer/index.ts',
];

/**
 * The compiler options of tsconfig.json.
 */
export function compilerOptions(): ts.CompilerOptions {
  const path = join(ROOT, 'tsconfig.json');
  const config = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  if (config.error) throw new Error(formatDiagnostic(config.error));
  return ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT).options;
}

/**
 * Paths of the files that match, from the project's folder, in order.
 */
export function findFiles(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: ROOT }).toSorted();
}

/**
 * A path from the project's folder, for people.
 */
export function displayPath(path: string): string {
  return relative(ROOT, path);
}

/**
 * The message of a compiler diagnostic.
 */
export function formatDiagnostic(diagnostic: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
}
