/**
 * A small project of somebody who has installed the package.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import ts from 'typescript';
import { expect, inject } from 'vitest';

import { formatDiagnostic, ROOT } from '../../scripts/project.ts';

const CONSUMERS = join(import.meta.dirname, 'consumers');
/** The choices of whoever runs the tests must not reach a consumer. */
const UNSET = ['REDIS_URL', 'OPENAI_API_KEY', 'NODE_ENV', 'NODE_OPTIONS', 'FORCE_COLOR', 'VITEST'];

/**
 * How a program of a consumer ended.
 */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A project in a folder of its own, within the installation.
 */
export class Consumer {
  /** The folder. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Copies one of `consumers/` to where the package is installed.
   *
   * @param name - The name of its folder.
   */
  static async copy(name: string): Promise<Consumer> {
    const folder = await mkdtemp(join(inject('installation'), `${name}-`));
    await cp(join(CONSUMERS, name), folder, { recursive: true });
    return new Consumer(folder);
  }

  /**
   * Runs a file of it with Node.
   *
   * @param args - What Node is given: the file, and what the file is given.
   */
  async node(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<ProgramEnd> {
    return this.run(process.execPath, args, environment);
  }

  /**
   * Compiles it as its tsconfig.json says.
   */
  async compile(): Promise<ProgramEnd> {
    return this.node([join(ROOT, 'node_modules/typescript/bin/tsc')]);
  }

  /**
   * What the compiler has against its modules, and against what a package declares.
   *
   * @param dependency - The name of the package.
   * @param changes - Of the options of its tsconfig.json.
   */
  typeErrors(dependency: string, changes: ts.CompilerOptions): string[] {
    const file = join(this.folder, 'tsconfig.json');
    const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path));
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, this.folder);
    const program = ts.createProgram(fileNames, { ...options, ...changes, skipLibCheck: false });
    const isMeant = ({ fileName }: ts.SourceFile): boolean =>
      !fileName.includes('/node_modules/') || fileName.includes(`/node_modules/${dependency}/`);
    return program
      .getSourceFiles()
      .filter((source) => isMeant(source))
      .flatMap((source) => program.getSemanticDiagnostics(source))
      .map((diagnostic) => `${diagnostic.file?.fileName}: ${formatDiagnostic(diagnostic)}`);
  }

  /**
   * Runs a program in its folder.
   */
  async run(
    program: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<ProgramEnd> {
    const env: NodeJS.ProcessEnv = { ...process.env, OPENAI_AGENTS_DISABLE_TRACING: '1' };
    for (const name of UNSET) delete env[name];
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { exitCode: child.exitCode, stdout, stderr };
  }
}

/**
 * What a program printed that ended well.
 */
export async function outputOf(end: Promise<ProgramEnd>): Promise<string> {
  const { exitCode, stdout, stderr } = await end;
  // The compiler prints on its standard output what is wrong.
  if (exitCode !== 0) throw new Error(`It ended with ${exitCode}: ${stderr}${stdout}`);
  expect(stderr).toBe('');
  return stdout;
}
