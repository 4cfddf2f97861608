/**
 * The commands and options of `json-session`.
 *
 * @module
 */
import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';

import packageJson from '../../package.json' with { type: 'json' };
import { wholeNumber } from './command-context.ts';
import type { Runner } from './commands/command.ts';
import { COMMANDS } from './commands/all-commands.ts';

const AFTER_HELP = `
Results are tables on a terminal and lines of JSON in a pipe. Without --url the store is that of
REDIS_URL, else the file .json-session/sessions.db here. Exit codes: docs/command.md.

Examples:
  $ json-session list
  $ json-session show chat-1
  $ json-session tail -f chat-1 --url redis://localhost:6379
  $ source <(json-session complete bash)   # also zsh, fish, powershell`;

/**
 * Makes the program.
 *
 * @param run - Makes what is called for a command of what the command does.
 */
export function newProgram(run: Runner): Command {
  const program = new Command('json-session')
    .description('Looks into conversations, moves and deletes them.')
    .version(packageJson.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .option('--url <url>', 'store: redis://…, rediss://… or sqlite:<path>')
    .option('--prefix <prefix>', 'what the keys of sessions begin with', 'session:')
    .option(
      '--timeout <ms>',
      'milliseconds for each call of the store',
      wholeNumber('timeout'),
      10_000,
    )
    .option('--json', 'lines of JSON, also on a terminal')
    .option('--no-json', 'for people, also in a pipe')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', AFTER_HELP)
    .exitOverride();
  for (const add of COMMANDS) add(program, run);
  tab(program);
  return program;
}
