/**
 * Checks the types of the sources, and of their tests, against the lowest supported version of the SDK.
 *
 * @module
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

import { toLowestSdk } from '../test/sdk-versions/lowest-sdk.ts';
import { compilerOptions, displayPath, findFiles, formatDiagnostic, ROOT } from './project.ts';

/** A compiler host in which imports of the SDK are of its lowest version. */
function hostOf(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const cache = ts.createModuleResolutionCache(ROOT, (name) => name, options);
  host.resolveModuleNameLiterals = (literals, file, ...[redirected, fileOptions, source]) =>
    literals.map((literal) => {
      const lowest = toLowestSdk(literal.text);
      const specifier = lowest ? lowest.specifier : literal.text;
      const parent = lowest ? fileURLToPath(lowest.parent) : file;
      const mode = ts.getModeForUsageLocation(source, literal, fileOptions);
      return ts.resolveModuleName(specifier, parent, fileOptions, host, cache, redirected, mode);
    });
  return host;
}

function describe(diagnostic: ts.Diagnostic): string {
  const { file, start, code } = diagnostic;
  const message = `TS${code}: ${formatDiagnostic(diagnostic)}`;
  if (!file || start === undefined) return message;
  const { line, character } = ts.getLineAndCharacterOfPosition(file, start);
  return `${displayPath(file.fileName)}:${line + 1}:${character + 1} ${message}`;
}

/** Types of another version, which would be what was checked. */
function findStrangers(program: ts.Program): string[] {
  return program
    .getSourceFiles()
    .map(({ fileName }) => displayPath(fileName))
    .filter((path) => path.startsWith('node_modules/@openai/'));
}

const options = compilerOptions();
const files = findFiles('src/**/*.ts', 'test/**/*.ts').map((file) => join(ROOT, file));
const program = ts.createProgram(files, options, hostOf(options));
const problems = [
  ...ts.getPreEmitDiagnostics(program).map((diagnostic) => describe(diagnostic)),
  ...findStrangers(program).map((path) => `${path} is not of the lowest version`),
];

for (const problem of problems) console.error(problem);
console.log(
  `${files.length} files, ${problems.length} problems with the lowest version of the SDK`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
