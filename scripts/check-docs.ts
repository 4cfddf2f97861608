/**
 * Checks the documentation: snippets compile, exports are documented, the README stays short.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { collectSnippets, compileSnippets } from './doc-snippets.ts';
import { ROOT } from './project.ts';
import { findUndocumented } from './public-api.ts';

const README_MAX_LINES = 150;

function checkReadme(): string[] {
  const path = join(ROOT, 'README.md');
  if (!existsSync(path)) return ['README.md does not exist'];
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').length;
  if (lines <= README_MAX_LINES) return [];
  return [`README.md has ${lines} lines, ${README_MAX_LINES} are the most: move some to docs/`];
}

const snippets = collectSnippets();
const problems = [...checkReadme(), ...compileSnippets(snippets), ...findUndocumented()];

for (const problem of problems) console.error(problem);
console.log(`${snippets.length} snippets, ${problems.length} problems in the documentation`);
process.exitCode = problems.length > 0 ? 1 : 0;
