/**
 * Writes the Lua scripts of the Redis store into a TypeScript module, because a module is the one
 * form that Node, the test runner and every bundler load alike.
 *
 *     node scripts/generate-scripts.ts           write the module
 *     node scripts/generate-scripts.ts --check   fail when it is stale
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

import ts from 'typescript';

import { bundleLua } from './lua-bundle.ts';

/** Name of the file that {@link generateScripts} writes. */
export const GENERATED_FILE = 'scripts.generated.ts';

/**
 * Where {@link generateScripts} reads and writes.
 */
export interface GenerateOptions {
  /** Folder of the scripts, with their includes in `includes/`. */
  luaDir: string;
  /** Folder of the generated module. */
  outDir: string;
  /** Compare only, write nothing. */
  check?: boolean;
}

/**
 * Generates the module from the scripts; says whether the file that was there is up to date.
 */
export function generateScripts({ luaDir, outDir, check = false }: GenerateOptions): boolean {
  const target = join(outDir, GENERATED_FILE);
  const wanted = renderModule(luaDir);
  const fresh = existsSync(target) && readFileSync(target, 'utf8') === wanted;
  if (!fresh && !check) writeFileSync(target, wanted);
  return fresh;
}

function renderModule(luaDir: string): string {
  const files = readdirSync(luaDir).filter((file) => file.endsWith('.lua'));
  const includes = new Map<string, string>();
  const scripts = files.toSorted().map((file) => renderScript(luaDir, file, includes));
  const shared = [...includes].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const constants = shared.map(([name, source]) => `\nconst ${name} = ${templateOf(source)};\n`);
  return `// Made from lua/*.lua by scripts/generate-scripts.ts (npm run generate). Do not edit.
import type { LuaScript } from './lua-script.ts';
${constants.join('')}${scripts.join('')}`;
}

function renderScript(luaDir: string, file: string, includes: Map<string, string>): string {
  const name = basename(file, '.lua');
  const parts = bundleLua(luaDir, file);
  const whole = parts.map(({ source }) => source).join('');
  const sha1 = createHash('sha1').update(whole).digest('hex');
  const terms = parts.map(({ include, source }) => {
    if (include === null) return templateOf(source);
    const constant = `${toCamelCase(include)}Include`;
    includes.set(constant, source);
    return constant;
  });
  return `
/** \`lua/${file}\`, where its comments are. */
export const ${exportName(name)}: LuaScript = {
  name: '${name}',
  sha1: '${sha1}',
  source: ${terms.join(' + ')},
};
`;
}

/** `read-page` is exported as `readPage`, and `delete`, a word of the language, as `deleteScript`. */
function exportName(name: string): string {
  if (!/^[a-z][a-z\d]*(?:-[a-z\d]+)*$/u.test(name)) {
    throw new Error(`${name}.lua: name scripts in kebab-case`);
  }
  const camelCase = toCamelCase(name);
  return isReserved(camelCase) ? `${camelCase}Script` : camelCase;
}

function toCamelCase(name: string): string {
  return name.replaceAll(/-(?<letter>.)/gu, (_, letter: string) => letter.toUpperCase());
}

function isReserved(word: string): boolean {
  const language = ts.LanguageVariant.Standard;
  const token = ts.createScanner(ts.ScriptTarget.Latest, true, language, word).scan();
  const { FirstReservedWord, LastFutureReservedWord } = ts.SyntaxKind;
  return token >= FirstReservedWord && token <= LastFutureReservedWord;
}

function templateOf(text: string): string {
  return `\`${text.replaceAll(/[\\`]|\$\{/gu, String.raw`\$&`)}\``;
}

function main(): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const redisDir = join(import.meta.dirname, '../src/stores/redis');
  const fresh = generateScripts({
    luaDir: join(redisDir, 'lua'),
    outDir: redisDir,
    check: values.check,
  });
  if (values.check && !fresh) {
    console.error(`${GENERATED_FILE} is stale: run npm run generate and commit it`);
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
