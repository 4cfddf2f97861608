/**
 * Compiles every TypeScript snippet of the documentation, so that none of them can go stale.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { compilerOptions, findFiles, formatDiagnostic, ROOT } from './project.ts';

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md'];
const SOURCES = ['src/**/*.ts'];

/**
 * One block of TypeScript in a document or a doc comment.
 */
export interface Snippet {
  /** Path of the file that it stands in, from the project's folder. */
  readonly file: string;
  /** Number of its first line of code in that file, from 1. */
  readonly line: number;
  readonly code: string;
}

/**
 * All snippets of the project.
 */
export function collectSnippets(): Snippet[] {
  const documents = findFiles(...DOCUMENTS).flatMap((file) => extractSnippets(file, read(file)));
  const comments = findFiles(...SOURCES).flatMap((file) => {
    return extractSnippets(file, keepCommentText(read(file)));
  });
  return [...documents, ...comments];
}

/**
 * The blocks of a Markdown text that are fenced as `ts`.
 */
export function extractSnippets(file: string, text: string): Snippet[] {
  const fence = /^(?<indent>[ \t]*)```ts\b.*\n(?<code>[\s\S]*?)^[ \t]*```[ \t]*$/gmu;
  return [...text.matchAll(fence)].map((match) => {
    const { indent = '', code = '' } = match.groups ?? {};
    const line = text.slice(0, match.index).split('\n').length + 1;
    return { file, line, code: code.replaceAll(new RegExp(`^${indent}`, 'gmu'), '') };
  });
}

/**
 * The text of the doc comments alone, each line where it was.
 */
export function keepCommentText(source: string): string {
  const lines = source.split('\n');
  return lines.map((line) => /^\s*\* ?(?<text>.*)$/u.exec(line)?.groups?.['text'] ?? '').join('\n');
}

/**
 * Compiles the snippets, each as a module of its own in the project's folder, and returns what is
 * wrong with them: one line per error, with file and line.
 */
export function compileSnippets(snippets: readonly Snippet[]): string[] {
  const byPath = new Map(
    snippets.map((snippet) => [join(ROOT, `${snippet.file}.${snippet.line}.ts`), snippet]),
  );
  const options = { ...compilerOptions(), declaration: false, isolatedDeclarations: false };
  const program = ts.createProgram([...byPath.keys()], options, hostWith(options, byPath));
  return [...byPath].flatMap(([path, snippet]) => {
    const file = program.getSourceFile(path);
    const diagnostics = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ];
    return diagnostics.map((diagnostic) => describeError(snippet, diagnostic));
  });
}

/** A compiler host in which the snippets are files. */
function hostWith(
  options: ts.CompilerOptions,
  snippets: ReadonlyMap<string, Snippet>,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    fileExists: (path) => snippets.has(path) || host.fileExists(path),
    getSourceFile: (path, languageOptions) => {
      const snippet = snippets.get(path);
      if (!snippet) return host.getSourceFile(path, languageOptions);
      // `export {}` makes it a module, in which names are its own and top-level await is allowed.
      return ts.createSourceFile(path, `${snippet.code}\nexport {};\n`, languageOptions, true);
    },
  };
}

function describeError(snippet: Snippet, diagnostic: ts.Diagnostic): string {
  const { line, character } = diagnostic.file
    ? ts.getLineAndCharacterOfPosition(diagnostic.file, diagnostic.start ?? 0)
    : { line: 0, character: 0 };
  const where = `${snippet.file}:${snippet.line + line}:${character + 1}`;
  return `${where} TS${diagnostic.code}: ${formatDiagnostic(diagnostic)}`;
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
