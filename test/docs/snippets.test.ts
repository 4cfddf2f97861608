import { describe, expect, it } from 'vitest';

import {
  collectSnippets,
  compileSnippets,
  extractSnippets,
  keepCommentText,
} from '../../scripts/doc-snippets.ts';
import { findUndocumented } from '../../scripts/public-api.ts';

describe('the documentation', () => {
  it('has only snippets that compile', () => {
    const snippets = collectSnippets();
    expect(snippets.length).toBeGreaterThan(0);
    expect(compileSnippets(snippets)).toEqual([]);
  });

  it('has a comment on every export and an example of every public class and function', () => {
    expect(findUndocumented()).toEqual([]);
  });
});

describe('extractSnippets', () => {
  it('finds TypeScript blocks with their lines, in lists too, and no others', () => {
    const text = [
      'a',
      '```ts',
      'one();',
      '```',
      '```sh',
      'ls',
      '```',
      '- b',
      '  ```ts',
      '  two();',
      '  ```',
    ];

    expect(extractSnippets('a.md', text.join('\n'))).toEqual([
      { file: 'a.md', line: 3, code: 'one();\n' },
      { file: 'a.md', line: 10, code: 'two();\n' },
    ]);
  });

  it('finds them in doc comments', () => {
    const source = [
      '/**',
      ' * A.',
      ' *',
      ' * ```ts',
      ' * one();',
      ' *',
      ' * two();',
      ' * ```',
      ' */',
    ];

    expect(extractSnippets('a.ts', keepCommentText(source.join('\n')))).toEqual([
      { file: 'a.ts', line: 5, code: 'one();\n\ntwo();\n' },
    ]);
  });
});

describe('compileSnippets', () => {
  it('says where the error is in the document', () => {
    const snippet = { file: 'README.md', line: 7, code: 'const a = 1;\nconst b: string = a;\n' };

    expect(compileSnippets([snippet])).toEqual([
      expect.stringMatching(/^README\.md:8:7 TS2322: Type 'number' is not assignable/u),
    ]);
  });

  it('takes top-level await, the package by its name, and equal names in two snippets', () => {
    const code =
      "await Promise.resolve(1);\nimport * as api from 'agents-json-session';\nvoid api;\n";

    expect(
      compileSnippets([
        { file: 'README.md', line: 1, code },
        { file: 'README.md', line: 9, code },
      ]),
    ).toEqual([]);
  });
});
