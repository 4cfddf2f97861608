/**
 * Finds exports that the documentation forgot.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { compilerOptions, displayPath, ENTRIES, findFiles, ROOT } from './project.ts';

/**
 * What is missing in the doc comments of the sources, one line each:
 * - a comment on anything that a module exports,
 * - an `@example` on a class or function that an entry of the package exports.
 */
export function findUndocumented(): string[] {
  const missing = ENTRIES.filter((entry) => !existsSync(join(ROOT, entry)));
  if (missing.length > 0) return missing.map((entry) => `${entry}, an entry, does not exist`);

  const files = findFiles('src/**/*.ts').filter((file) => !file.endsWith('.generated.ts'));
  const program = ts.createProgram(
    files.map((file) => join(ROOT, file)),
    compilerOptions(),
  );
  return [
    ...exportsOf(program, files).filter(lacksComment(program)).map(describe('a doc comment')),
    ...exportsOf(program, ENTRIES).filter(lacksExample).map(describe('an @example')),
  ];
}

/** The symbols that the files declare and export, each once, whichever way they are exported. */
function exportsOf(program: ts.Program, files: readonly string[]): ts.Symbol[] {
  const checker = program.getTypeChecker();
  const symbols = files.flatMap((file) => {
    const source = program.getSourceFile(join(ROOT, file));
    const module = source && checker.getSymbolAtLocation(source);
    return module ? checker.getExportsOfModule(module) : [];
  });
  const resolved = symbols.map((symbol) => {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  });
  return [...new Set(resolved)].filter((symbol) => isOurs(symbol));
}

function isOurs(symbol: ts.Symbol): boolean {
  const path = symbol.declarations?.[0]?.getSourceFile().fileName;
  return path !== undefined && displayPath(path).startsWith('src');
}

function lacksComment(program: ts.Program): (symbol: ts.Symbol) => boolean {
  const checker = program.getTypeChecker();
  return (symbol) => symbol.getDocumentationComment(checker).length === 0;
}

function lacksExample(symbol: ts.Symbol): boolean {
  const isClassOrFunction = symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Function);
  return isClassOrFunction !== 0 && !symbol.getJsDocTags().some((tag) => tag.name === 'example');
}

function describe(what: string): (symbol: ts.Symbol) => string {
  return (symbol) => {
    const declaration = symbol.declarations?.[0];
    if (!declaration) return `${symbol.name} has not ${what}`;
    const source = declaration.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
    return `${displayPath(source.fileName)}:${line + 1} ${symbol.name} has not ${what}`;
  };
}
