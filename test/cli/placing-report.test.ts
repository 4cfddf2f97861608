import { expect, test } from 'vitest';

import type { CommandContext } from '../../src/cli/command-context.ts';
import { PlacingReport } from '../../src/cli/commands/placing-report.ts';
import { Terminal } from '../../src/cli/terminal/terminal.ts';
import { SessionNotFoundError } from '../../src/index.ts';

test('a session that has ended since it was listed keeps no other back, and one that was named is missed', async () => {
  const context = { terminal: new Terminal(), isJson: true } as CommandContext;
  const take = async (): Promise<never> => {
    throw new SessionNotFoundError('gone');
  };
  const all = new PlacingReport(context, { skipMissing: true });
  await all.take(take);
  expect(await all.end('copied')).toBe(0);
  await expect(new PlacingReport(context).take(take)).rejects.toThrow(SessionNotFoundError);
});
