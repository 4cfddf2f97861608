/**
 * No text of a caller becomes part of a JSONPath, a pattern, a script or SQL: held over the sources.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { findLuaCalls, isLuaLiteral } from './lua-calls.ts';
import { checkFlow, type FlowRules, programOf } from './text-flow.ts';

const STORES = fileURLToPath(new URL('../../src/stores/', import.meta.url));
const LUA = join(STORES, 'redis/lua');

const SQL: FlowRules = {
  sinks: [
    { name: 'DatabaseSync.exec', parameter: 0 },
    { name: 'DatabaseSync.prepare', parameter: 0 },
  ],
  // Put texts of their own together, and a number that they have made whole.
  makers: ['schemaSql', 'newestRows', 'selectRows'],
};

const REDIS: FlowRules = {
  sinks: [{ name: 'RedisCommander.read', parameter: 1, keyAt: 1 }],
  variables: ['paths', 'headPaths', 'PATHS'],
  // Refuses what is not hexadecimal.
  // Has each character stand for itself; takes numbers alone.
  // Prints what a path was found to say, with texts in quotes: test/stores/query/printed-path.test.ts.
  makers: [
    'operationPath',
    'hexadecimal',
    'keyPattern',
    'scanCursor',
    'messagesPath',
    'printedPath',
    'printedPaths',
  ],
  // Of the doctor, who asks in whole words and of keys that hold nothing.
  pathless: ['Probe.ask'],
  // Made in a variable named `paths`; one of two words.
  reviewed: ['this.#paths', 'head.paths', 'this.#type'],
};

/** Everything that scripts may ask, and whether a path comes behind the key. */
const COMMANDS: Readonly<Record<string, 'path' | 'no path'>> = {
  "'JSON.GET'": 'path',
  "'JSON.SET'": 'path',
  "'JSON.DEL'": 'path',
  "'JSON.MERGE'": 'path',
  "'JSON.ARRLEN'": 'path',
  "'JSON.ARRAPPEND'": 'path',
  "'JSON.ARRTRIM'": 'path',
  "'JSON.OBJLEN'": 'path',
  "'JSON.OBJKEYS'": 'path',
  "'JSON.TYPE'": 'no path',
  "'JSON.DEBUG' 'MEMORY'": 'path',
  "'TYPE'": 'no path',
  "'TIME'": 'no path',
  "'EXPIRE'": 'no path',
  "'PTTL'": 'no path',
  "'PERSIST'": 'no path',
  "'RENAME'": 'no path',
  "'UNLINK'": 'no path',
  "'HSET'": 'no path',
  "'PEXPIRE'": 'no path',
  "'HGET'": 'no path',
  "'HMGET'": 'no path',
  "'HDEL'": 'no path',
};

/**
 * `trash` is a parameter, `projection` is KEYS[4] and `staged` KEYS[5]; the scripts that give them give
 * KEYS. `words` and `found_by` are given beside them, as no rights on them are needed; they stand beside the
 * session: `WriteKeys.ofOthers`. `base` is KEYS[2], and the hashes of messages are that with a number behind it.
 */
const KEYS: ReadonlySet<string> = new Set([
  'key',
  'trash',
  'staged',
  'projection',
  'words',
  'found_by',
  'base',
  'hash',
  'hash_of(count)',
  'hash_of(position)',
  'KEYS[1]',
  'KEYS[2]',
]);

/** Paths that are put together, each read and found to be of names and numbers of the script's own. */
const REVIEWED_PATHS = [
  // The head's fields, checked in document-reader.ts.
  'head.lua: unpack(ARGV)',
  // Those and one that was printed, in page-reader.ts.
  'query.lua: unpack(ARGV, 3)',
  // Names out of a list in the script.
  "rewrite.lua: '$.' .. field",
  // The name of a field that stands in the document already, and is a word.
  "others.lua: '$[\"' .. name .. '\"]'",
  // Fields of its own, and of messages by numbers of its own: `field` and `field_of`.
  'index-messages.lua: path',
  // Numbers of the script's own.
  'replace.lua: stretch',
  "replace.lua: stretch .. '.id'",
  "replace.lua: '$.messages[' .. integer(first + offset) .. ']'",
  // A number, or one as text.
  "rewrite.lua: '$.messages[' .. index .. '].id'",
  // Digests: the id is hexadecimal where it comes in, or checked by the pattern above the call.
  'includes/operations.lua: operation_path(id)',
  'includes/operations.lua: operation_path(operation.id)',
  'includes/operations.lua: operation_path(id)',
  // Names out of lists in the script.
  "includes/run-record.lua: '$.usage.' .. name",
  "includes/write.lua: '$.' .. field",
  "includes/change-fields.lua: '$.' .. group.name .. '.' .. field[1]",
  "includes/quick-append.lua: '$.' .. fields[index]",
];

const byName = (left: string, right: string): number => left.localeCompare(right);

function luaFiles(): { file: string; source: string }[] {
  return readdirSync(LUA, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.lua'))
    .map((file) => ({ file, source: readFileSync(join(LUA, file), 'utf8') }));
}

/** What is wrong with scripts, and the paths that are no literals. */
function checkLua(files: readonly { file: string; source: string }[]): {
  problems: string[];
  paths: string[];
} {
  const calls = files.flatMap(({ file, source }) => findLuaCalls(file, source));
  const problems: string[] = [];
  const paths: string[] = [];
  for (const { file, command, args } of calls) {
    // Of this one the key comes second.
    const what = command === "'JSON.DEBUG'" ? args.slice(0, 1) : [];
    const kind = COMMANDS[[command, ...what].join(' ')];
    const [key, ...rest] = args.slice(what.length);
    if (kind === undefined) problems.push(`${file}: ${command} is not allowed`);
    if (key !== undefined && !KEYS.has(key)) {
      problems.push(`${file}: ${key} is not a key of the script`);
    }
    const candidates = command === "'JSON.GET'" ? rest : rest.slice(0, 1);
    for (const path of kind === 'path' ? candidates : []) {
      if (!isLuaLiteral(path)) paths.push(`${file}: ${path}`);
    }
  }
  return { problems, paths: paths.toSorted(byName) };
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(STORES, folder), { encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(STORES, folder, file));
}

describe('scripts', () => {
  test('ask only what they must, of their one key, with paths of their own', () => {
    const files = luaFiles();
    expect(files.length).toBeGreaterThan(10);
    const { problems, paths } = checkLua(files);
    expect(problems).toEqual([]);
    expect(paths).toEqual(REVIEWED_PATHS.toSorted(byName));
  });

  test('never make code of text', () => {
    const makers = /\b(?:loadstring|load|dofile|require|setfenv)\s*\(/u;
    expect(luaFiles().filter(({ source }) => makers.test(source))).toEqual([]);
  });

  test.each([
    ["redis.call('JSON.GET', key, '$.' .. name)", { paths: ["x.lua: '$.' .. name"] }],
    ["redis.call('JSON.GET', key, '$.a', ARGV[1])", { paths: ['x.lua: ARGV[1]'] }],
    [
      "local a = f(redis.call('JSON.SET', key, path(')', x), v))",
      { paths: ["x.lua: path(')', x)"] },
    ],
    ["redis.pcall('KEYS', ARGV[1])", { problems: ["x.lua: 'KEYS' is not allowed"] }],
    ['redis.call(ARGV[1], key)', { problems: ['x.lua: ARGV[1] is not allowed'] }],
    ["redis.call('JSON.DEBUG', 'HELP')", { problems: ["x.lua: 'JSON.DEBUG' is not allowed"] }],
    ["redis.call('UNLINK', ARGV[1])", { problems: ['x.lua: ARGV[1] is not a key of the script'] }],
  ])('the check sees %s', (source, seen) => {
    const found = checkLua([{ file: 'x.lua', source }]);
    if ('paths' in seen) expect(found.paths).toEqual(seen.paths);
    else expect(found.problems).toContain(seen.problems[0]);
  });
});

describe('the Redis store', () => {
  test('puts no text of a caller into a path', () => {
    const found = checkFlow(programOf(sourcesIn('redis')), STORES, REDIS);
    expect(found.problems).toEqual([]);
    expect(found.checked).toBeGreaterThanOrEqual(10);
  });

  test.each([
    ['by a template', "await this.#commander.read(key, ['JSON.GET', key, `$.attributes.${name}`]"],
    ['by adding', "await this.#commander.read(key, ['JSON.GET', key, '$.attributes.' + name]"],
    ['as it is', "await this.#commander.read(key, ['JSON.GET', key, String(name)]"],
    ['in a variable', "const paths = ['$.' + name]; await this.#commander.read(key, paths"],
  ])('the check sees a caller who gives a path %s', (_, call) => {
    const file = join(STORES, 'redis/redis-store.ts');
    const source = readFileSync(file, 'utf8').replace(
      'async close(): Promise<void> {',
      `async spy({ key, name }: { key: string; name: string }): Promise<void> {
        ${call}, new Deadline(1));
      }\n$&`,
    );
    const found = checkFlow(programOf(sourcesIn('redis'), { [file]: source }), STORES, REDIS);
    expect(found.problems.join('\n')).toContain('redis-store.ts');
  });
});

describe('the SQLite store', () => {
  test('puts no text of a caller into SQL', () => {
    const found = checkFlow(programOf(sourcesIn('sqlite')), STORES, SQL);
    expect(found.problems).toEqual([]);
    expect(found.checked).toBeGreaterThanOrEqual(20);
  });

  test.each([
    ['by a template', "`DELETE FROM sessions WHERE key = '${key}'`"],
    ['by adding', '"SELECT json_extract(head, \'$." + key + "\') FROM sessions"'],
    ['as it is', 'key'],
    ['through a helper', 'quoted(key)'],
  ])('the check sees a caller who gives SQL %s', (_, sql) => {
    const file = join(STORES, 'sqlite/sqlite-store.ts');
    const source = `${readFileSync(file, 'utf8').replace(
      'async close(): Promise<void> {',
      `async spy({ key }: SessionAddress): Promise<void> {
        const sql = ${sql};
        this.#database.run(sql);
      }\n$&`,
    )}\nfunction quoted(text: string): string { return text; }`;
    const found = checkFlow(programOf(sourcesIn('sqlite'), { [file]: source }), STORES, SQL);
    expect(found.problems.join('\n')).toContain('sqlite-store.ts');
  });
});
