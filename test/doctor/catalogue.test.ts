import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findFiles } from '../../scripts/project.ts';
import { keptKinds } from '../../src/stores/redis/diagnosis/check-kept.ts';
import { neededCommands } from '../../src/stores/redis/diagnosis/check-rights.ts';
import { CATALOGUES, documentedRows, findingRows } from './finding-table.ts';

const ROOT = new URL('../../', import.meta.url);

function source(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

describe('the findings of doctor', () => {
  it('stand in docs/doctor.md as they are in the code', () => {
    expect(documentedRows(source('docs/doctor.md'))).toEqual(findingRows());
  });

  it('have codes of their own', () => {
    const codes = CATALOGUES.flatMap((kinds) => Object.keys(kinds));
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('each have a test that expects them', () => {
    const tests = findFiles('test/doctor/*.test.ts').map(source).join('\n');
    const untested = CATALOGUES.flatMap((kinds) => Object.keys(kinds)).filter(
      (code) => !tests.includes(`'${code}'`),
    );
    expect(untested).toEqual([]);
  });
});

describe('the commands that are probed', () => {
  it('are all that the store sends, and no others', () => {
    const scripts = source('src/stores/redis/scripts.generated.ts');
    const inScripts = [...scripts.matchAll(/redis\.p?call\('([A-Z.]+)'/g)].map((match) => match[1]);
    const sent = [
      'redis-store',
      'reading/document-reader',
      'reading/page',
      'writing/script-writer',
      'clients/commander',
    ]
      .map((name) => source(`src/stores/redis/${name}.ts`))
      .flatMap((text) => [...text.matchAll(/\['([A-Z]+\.[A-Z]+|EVAL(?:SHA)?|INFO)'/g)])
      .map((match) => match[1]);
    // A greeting for errors, which is sent only where it is allowed; and what queries do without.
    const optional = new Set<string | undefined>(['INFO', 'JSON.DEBUG']);
    const used = new Set([...inScripts, ...sent].filter((name) => !optional.has(name)));
    const kinds = keptKinds({ isProjected: true, isSearched: true });
    const kept = kinds.flatMap((kind) => kind.commands('beside'));
    const commands = [...neededCommands('key', 'trash'), ...kept];
    const probed = commands.map(([name]) => name);
    expect(new Set(probed)).toEqual(used);
  });
});
