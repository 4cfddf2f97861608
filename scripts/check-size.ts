/**
 * Holds what users download and load to budgets: each entry of the package as a bundler would serve
 * it, and the package as npm installs it. Needs the build.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

import { build, type TsdownPlugin } from 'tsdown';

import manifest from '../package.json' with { type: 'json' };
import { ROOT } from './project.ts';

/**
 * Most bytes of an entry, minified and compressed with Brotli, with everything that it imports but
 * peers, dependencies, and what it loads on demand: each store that is opened by its URL, and what
 * `fork`, `once`, `exclusive`, `trim`, `query`, `doctor` and encryption do.
 */
const ENTRY_BUDGETS: Record<string, number> = {
  index: 25_000,
  directory: 7300,
  encryption: 7900,
  inspector: 31_000,
  redis: 39_900,
  retention: 22_000,
  opentelemetry: 2000,
  sqlite: 13_900,
  testing: 63_500,
  transfer: 25_000,
};

/** Most bytes of the whole package: of the file that npm downloads, and of what is in it. */
const PACKAGE_BUDGETS = { packed: 465_000, unpacked: 1_660_000 };

/** Most bytes of script that the page of the inspector loads for its first view, as they are served. */
const FIRST_VIEW_BUDGET = 100_000;

/** One size, and what it may be. */
interface Size {
  readonly what: string;
  readonly bytes: number;
  readonly budget: number;
}

/** Keeps what is imported with `import()` out, as it is loaded by itself. */
const leaveOutOnDemand: TsdownPlugin = {
  name: 'leave-out-on-demand',
  resolveId: (id, _importer, { kind }) =>
    kind === 'dynamic-import' ? { id, external: true } : null,
};

/** The names of the entries, as the files in `dist/` are called. */
function entryNames(): string[] {
  const modules = Object.values(manifest.exports).filter((target) => typeof target === 'object');
  return modules.map((target) => basename(target.default, '.js'));
}

async function entrySize(name: string): Promise<Size> {
  const { bundles } = await build({
    config: false,
    cwd: ROOT,
    entry: { [name]: `dist/${name}.js` },
    platform: 'neutral',
    deps: { neverBundle: [/^node:/] },
    plugins: [leaveOutOnDemand],
    minify: true,
    dts: false,
    // Another check may use what is in dist/ at the moment.
    clean: false,
    write: false,
    logLevel: 'error',
  });
  const chunks = bundles.flatMap((bundle) => bundle.chunks);
  const code = chunks.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('');
  if (code === '') throw new Error(`dist/${name}.js gave no bundle`);
  return {
    what: `entry ${name}`,
    bytes: brotliCompressSync(code).length,
    budget: ENTRY_BUDGETS[name] ?? 0,
  };
}

/** The scripts that the page names, and what those import. What is loaded on demand comes later. */
function firstViewSize(): Size {
  const folder = join(ROOT, 'dist/inspector-ui');
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/ (?:src|href)="\.\/(assets\/[^"]+\.js)"/gu)].map(
    ([, path]) => path ?? '',
  );
  const loaded = new Map<string, string>();
  for (const path of scripts) addScripts(path, folder, loaded);
  const bytes = [...loaded.values()].reduce((sum, code) => sum + Buffer.byteLength(code), 0);
  if (bytes === 0) throw new Error('The page loads no script');
  return { what: 'inspector, page', bytes, budget: FIRST_VIEW_BUDGET };
}

function addScripts(path: string, folder: string, loaded: Map<string, string>): void {
  if (loaded.has(path)) return;
  const code = readFileSync(join(folder, path), 'utf8');
  loaded.set(path, code);
  for (const [, name] of code.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/gu)) {
    addScripts(`assets/${name}`, folder, loaded);
  }
}

function packageSizes(): Size[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const report = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
  const [pack] = JSON.parse(report) as [{ size: number; unpackedSize: number }];
  const { packed, unpacked } = PACKAGE_BUDGETS;
  return [
    { what: 'package, packed', bytes: pack.size, budget: packed },
    { what: 'package, unpacked', bytes: pack.unpackedSize, budget: unpacked },
  ];
}

function toLine({ what, bytes, budget }: Size): string {
  const [size, most] = [bytes, budget].map((count) => (count / 1000).toFixed(1).padStart(7));
  return `${bytes > budget ? 'OVER' : 'ok  '}  ${what.padEnd(18)} ${size} kB of ${most} kB`;
}

const entries: Size[] = [];
for (const name of entryNames()) entries.push(await entrySize(name));
const sizes = [...entries, firstViewSize(), ...packageSizes()];

for (const size of sizes) console.log(toLine(size));
process.exitCode = sizes.some(({ bytes, budget }) => bytes > budget) ? 1 : 0;
