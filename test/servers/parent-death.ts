/**
 * Clean-up that happens even when this process is killed with SIGKILL.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

// The shell waits for a line. The pipe closes without one only when this process is gone, however
// it ended.
const WAIT_THEN_RUN = 'read -r _ || "$@"';

/**
 * Has a command run by a small watching shell if this process ends before the release.
 *
 * @param command - The command and its arguments.
 * @returns The release: ends the watch without running the command.
 */
export function onParentDeath(command: readonly string[]): () => void {
  const watcher = spawn('sh', ['-c', WAIT_THEN_RUN, 'watcher', ...command], {
    // A session of its own, so that Ctrl-C in a terminal does not end the watcher first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  watcher.stdin.on('error', () => {});
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
  return () => {
    watcher.stdin.end('release\n');
  };
}
