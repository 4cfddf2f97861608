/**
 * Opening a link in the browser of whoever runs the command.
 *
 * @module
 */
import { spawn } from 'node:child_process';

/** What opens a link, by the name of the system. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  // The usual one, `start`, is of a shell, which would read the link.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
const USUAL_OPENER = ['xdg-open'];

/**
 * Opens a link, where the system has something that does; it is no failure where it has not.
 */
export function openInBrowser(url: string): void {
  const [command = '', ...args] = OPENERS[process.platform] ?? USUAL_OPENER;
  const opener = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  opener.on('error', () => {});
  opener.unref();
}
