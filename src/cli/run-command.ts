/**
 * One run of `json-session`: from the arguments to the exit code.
 *
 * @module
 */
import { type Command, CommanderError } from 'commander';

import { SessionError } from '../errors.ts';
import { closeStores } from '../index.ts';
import { CommandContext } from './command-context.ts';
import type { Action } from './commands/command.ts';
import { EXIT, exitCodeOf, isClosedPipe } from './exit-codes.ts';
import { newProgram } from './program.ts';
import { harmlessText } from './terminal/harmless-text.ts';
import { Terminal } from './terminal/terminal.ts';

/**
 * Runs a command, and ends what it has begun when a signal comes.
 *
 * @param args - Those behind the name of the command.
 * @returns The exit code.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const terminal = new Terminal();
  const interruption = interrupted();
  let exitCode: number = EXIT.done;
  const program = newProgram(
    <Arguments extends unknown[]>(action: Action<Arguments>) =>
      async (...given: [...Arguments, Command]) => {
        const command = given.at(-1) as Command;
        const context = new CommandContext(command, terminal, interruption.signal);
        exitCode = (await action(context, ...(given.slice(0, -1) as Arguments))) ?? EXIT.done;
      },
  );
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    exitCode = interruption.signal.aborted ? EXIT.interrupted : exitCodeOf(error);
    report(error, exitCode, terminal);
  } finally {
    interruption.stop();
    await closeStores();
  }
  return exitCode;
}

/** A signal that is aborted by Ctrl-C or the end of the process; the second Ctrl-C does not wait. */
function interrupted(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  const onSignal = (): void => {
    stop();
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { signal: controller.signal, stop };
}

/** Tells a person what went wrong. Help and version are no failures, and commander has told its own. */
function report(error: unknown, exitCode: number, terminal: Terminal): void {
  if (error instanceof CommanderError || exitCode === EXIT.interrupted) return;
  if (isClosedPipe(error)) return;
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof SessionError ? ` (${error.code})` : '';
  terminal.note(`json-session: ${harmlessText(text)}${code}`);
}
