/**
 * One command of the system, awaited.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a command.
 *
 * @param command - The command.
 * @param args - Its arguments.
 * @param timeout - Milliseconds after which it is ended.
 * @returns What it wrote to its standard output.
 * @throws Error with what it wrote to its standard error when it fails.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  timeout: number,
): Promise<string> {
  const { stdout } = await execute(command, args, { timeout });
  return stdout;
}
