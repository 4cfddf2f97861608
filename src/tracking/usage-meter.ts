/**
 * Tells a run what is spent for it. A run context can be shared by runs that go on at the same time, so
 * its totals do not say which of them has spent what; who adds to them does.
 *
 * @module
 */
import type { Usage } from '@openai/agents-core';

import { runScopes } from './current-run.ts';
import { isRecorded } from './recorded-usage.ts';
import { noteTrackedUsage } from './untracked-usage.ts';
import { usageOf } from './usage-counts.ts';

const metered = new WeakSet<Usage>();

/**
 * Tells from now on the run in which something is added to the usage what that was.
 */
export function meter(usage: Usage): void {
  if (metered.has(usage)) return;
  metered.add(usage);
  const add = usage.add.bind(usage);
  Object.defineProperty(usage, 'add', {
    configurable: true,
    writable: true,
    // Not enumerable: a copy of the usage is not metered.
    enumerable: false,
    value: (more: Usage): void => {
      add(more);
      const scope = runScopes.current?.scope;
      if (scope === undefined || (more.requestUsageEntries ?? []).some(isRecorded)) return;
      scope.spend(more);
      noteTrackedUsage(usage, scope.place, usageOf(more));
    },
  });
}
