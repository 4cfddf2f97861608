/**
 * `json-session export`: sessions as lines of JSON.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';

import { hasCode, InvalidInputError } from '../../errors.ts';
import { exportSession } from '../../transfer/index.ts';
import { chooseSessions, withChoice } from '../chosen-sessions.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { openToRead, openToWrite } from '../given-file.ts';
import type { FilterOptions } from '../session-filters.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import { Progress } from '../terminal/progress.ts';
import { count } from '../terminal/transcript.ts';
import { examples, type Runner } from './command.ts';

interface Options extends FilterOptions {
  readonly output?: string;
  readonly resume?: boolean;
}

/**
 * Adds the command to the program.
 */
export function addExport(program: Command, run: Runner): void {
  withChoice(
    program
      .command('export')
      .summary('write sessions as lines of JSON')
      .description(
        'Writes sessions as lines of JSON, each with a version and a checksum: those that are ' +
          'named, or all that match.',
      )
      .argument('[ids...]', 'ids of the sessions'),
  )
    .option('-o, --output <file>', 'a new file, instead of standard output')
    .option('--resume', 'go on with a file that an export was stopped in')
    .addHelpText(
      'after',
      examples('export chat-1', 'export --user ada > ada.jsonl', 'export -o all.jsonl --resume'),
    )
    .action(run(exportChosen));
}

async function exportChosen(
  context: CommandContext,
  ids: string[],
  { output, resume = false, ...choice }: Options,
): Promise<number> {
  const { terminal, place } = context;
  const chosen = await chooseSessions(context, ids, choice);
  const progress = new Progress(terminal, 'sessions', chosen.count);
  await using file = output === undefined ? null : await LineFile.open(output, resume);
  let written = 0;
  let exitCode: number = EXIT.done;
  for await (const sessionId of chosen.ids) {
    if (file?.has(sessionId) === true) continue;
    try {
      const line = await exportSession({ ...place, sessionId });
      await (file === null ? terminal.lines(line) : file.write(line));
      written += 1;
    } catch (error) {
      // One that nobody named may be gone by now; one that is encrypted does not keep the others back.
      const isGone = ids.length === 0 && hasCode(error, 'session_not_found');
      if (!isGone && !hasCode(error, 'decryption_failed')) throw error;
      if (!isGone) {
        exitCode = EXIT.failed;
        terminal.note(harmlessLine((error as Error).message));
      }
    }
    progress.step();
  }
  if (output !== undefined) terminal.note(`${count(written)} sessions written to ${output}`);
  return exitCode;
}

/** A file of whole lines. */
class LineFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #known: ReadonlySet<string>;

  private constructor(handle: FileHandle, known: ReadonlySet<string>) {
    this.#handle = handle;
    this.#known = known;
  }

  /** Opens a new file, or one to go on with: a line that was cut off there goes. */
  static async open(path: string, isResumed: boolean): Promise<LineFile> {
    if (!existsSync(path)) return new LineFile(await openToWrite(path, 'output', 'wx'), new Set());
    if (!isResumed) {
      throw new InvalidInputError('output', 'is there already: name another file, or --resume');
    }
    const { known, end } = await readLines(path);
    const handle = await openToWrite(path, 'output', 'a');
    await handle.truncate(end);
    return new LineFile(handle, known);
  }

  has(sessionId: string): boolean {
    return this.#known.has(sessionId);
  }

  async write(line: string): Promise<void> {
    await this.#handle.appendFile(`${line}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Gives the sessions of a file, and where the last whole line ends, behind its line break. */
async function readLines(path: string): Promise<{ known: Set<string>; end: number }> {
  const known = new Set<string>();
  await using file = await openToRead(path, 'output');
  const { size } = await file.stat();
  let end = 0;
  for await (const line of createInterface({
    input: file.createReadStream({ autoClose: false }),
  })) {
    const sessionId = idIn(line);
    const next = end + Buffer.byteLength(line) + 1;
    if (sessionId === null || next > size) break;
    known.add(sessionId);
    end = next;
  }
  return { known, end };
}

function idIn(line: string): string | null {
  try {
    return (JSON.parse(line) as { document: { session_id: string } }).document.session_id;
  } catch {
    return null;
  }
}
