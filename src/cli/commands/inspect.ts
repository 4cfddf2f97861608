/**
 * `json-session inspect`: conversations in the browser.
 *
 * @module
 */
import { once } from 'node:events';
import { type Command, Option } from 'commander';

import type { CommandContext } from '../command-context.ts';
import { wholeNumber } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { givenKeyring, hasKeys, withKeys } from '../given-keyring.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { examples, type Runner } from './command.ts';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly allowHost?: string[];
  readonly token?: string;
  readonly keys?: string;
  readonly write?: boolean;
  readonly open: boolean;
}

/**
 * Adds the command to the program.
 */
export function addInspect(program: Command, run: Runner): void {
  withKeys(
    program
      .command('inspect')
      .summary('look into conversations in the browser')
      .description(
        'Serves a page that shows the sessions of a store, for this machine alone, until Ctrl-C. ' +
          'It opens the page, and prints its address with the token that it needs. Sessions can only ' +
          'be read without --write.',
      ),
  )
    .option('--port <port>', 'port to listen at; 0 for a free one', wholeNumber('port'), 0)
    .option('--host <host>', 'address to listen at; another needs --token', '127.0.0.1')
    .option('--allow-host <host...>', 'hosts that it can be asked at besides, as proxies are')
    .addOption(
      new Option('--token <token>', 'at least 32 characters; random when left out').env(
        'JSON_SESSION_TOKEN',
      ),
    )
    .option('-w, --write', 'let the page change and delete sessions')
    .option('--no-open', 'do not open the browser')
    .addHelpText('after', examples('inspect', 'inspect --url redis://localhost:6379 --write'))
    .action(run(inspect));
}

async function inspect(
  context: CommandContext,
  { port, host, allowHost, token, keys, write = false, open }: Options,
): Promise<number> {
  const { terminal, isJson, signal } = context;
  const { url, keyPrefix, timeoutMs } = context.place;
  const encryption = hasKeys(keys)
    ? { keyring: await givenKeyring(keys), migrating: true }
    : undefined;
  // No other command needs a server.
  const { serveInspector } = await import('../../inspector/index.ts');
  await using inspector = await serveInspector({
    url,
    keyPrefix,
    timeoutMs,
    encryption,
    token,
    write,
    host,
    port,
    allowedHosts: allowHost,
  });
  if (isJson) await terminal.json({ url: inspector.url, write });
  else {
    const may = write
      ? 'It can change sessions.'
      : 'It only reads; --write lets it change sessions.';
    await terminal.lines(`The inspector is at ${inspector.url}`, `${may} Ctrl-C ends it.`);
  }
  if (open && terminal.isInteractive) openInBrowser(inspector.openingUrl);
  if (!signal.aborted) await once(signal, 'abort');
  return EXIT.interrupted;
}
