/**
 * The built files of the page.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside this module in the package; from the sources, where the build puts it. */
const FOLDERS = ['./inspector-ui/', '../../../dist/inspector-ui/'];

/**
 * Gives the folder that the page is built to.
 */
export function builtPage(): string {
  const folders = FOLDERS.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return folders.find((folder) => existsSync(join(folder, 'index.html'))) ?? folders[0] ?? '';
}

/**
 * Reads files of a folder, and none that is not in it: only names that were found there are known.
 */
export class PageFiles {
  readonly #folder: string;
  readonly #contents = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  #names: Promise<ReadonlySet<string>> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Gives what is in a file, or null where there is none of that name.
   *
   * @param name - The path from the folder, with slashes.
   */
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#names ??= namesIn(this.#folder);
    const names = await this.#names;
    if (!names.has(name)) {
      if (names.size === 0) this.#names = null;
      return null;
    }
    const content = this.#contents.get(name) ?? this.#content(name);
    this.#contents.set(name, content);
    return content;
  }

  async #content(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return Uint8Array.from(await readFile(join(this.#folder, name)));
  }
}

async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const paths = files.map((file) =>
      join(file.parentPath, file.name).slice(join(folder, sep).length),
    );
    return new Set(paths.map((path) => path.replaceAll(sep, '/')));
  } catch {
    return new Set();
  }
}
