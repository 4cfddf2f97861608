/**
 * `json-session doctor`: whether sessions work in a store, and what could cost them.
 *
 * @module
 */
import type { Command } from 'commander';

import { doctor, type Finding } from '../../index.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { harmlessLine } from '../terminal/harmless-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { examples, type Runner } from './command.ts';

const SEVERITY_STYLES = { error: 'red', warning: 'yellow', info: 'dim' } as const;

/**
 * Adds the command to the program.
 */
export function addDoctor(program: Command, run: Runner): void {
  program
    .command('doctor')
    .summary('look for what is wrong with a store')
    .description(
      'Looks at a server or file: whether sessions work there, and what could lose them. ' +
        'It changes nothing. The exit code is 1 where an error was found.',
    )
    .addHelpText('after', examples('doctor', 'doctor --url rediss://example.com:6379 --json'))
    .action(run(diagnose));
}

async function diagnose(context: CommandContext): Promise<number> {
  const { terminal, isJson, url, keyPrefix, timeoutMs, signal } = context;
  const { ok, server, findings } = await doctor({ url, keyPrefix, timeoutMs, signal });
  if (isJson) await terminal.json({ ok, server, findings });
  else {
    for (const found of findings) await terminal.lines(...findingLines(found, terminal));
    if (findings.length === 0) await terminal.lines('Nothing was found.');
  }
  return ok ? EXIT.done : EXIT.failed;
}

function findingLines({ severity, code, message, advice }: Finding, terminal: Terminal): string[] {
  const title = terminal.style(SEVERITY_STYLES[severity], severity);
  return [`${title} ${code}: ${harmlessLine(message)}`, `  ${harmlessLine(advice)}`];
}
