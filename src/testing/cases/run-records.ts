import assert from 'node:assert/strict';
import type { CaseScope } from '../case-scope.ts';
import { NO_USAGE, sumOfUsage } from '../../document/run-record.ts';
import type {
  EntrySelection,
  RunRecord,
  UsageCounts,
  WriteParams,
  WriteResult,
} from '../../store.ts';
import { randomHex } from '../../random-ids.ts';
import { JSONSession } from '../../session/session.ts';
import type { Topic } from '../topic.ts';

const SPENT: UsageCounts = {
  requests: 2,
  inputTokens: 30,
  outputTokens: 12,
  totalTokens: 42,
  cachedTokens: 20,
  reasoningTokens: 5,
};
const NOTHING: RunRecord = { agents: [], currentAgent: null, spent: [], mark: null };
/** Names that mean something to a program somewhere on the way. */
const HOSTILE = [
  '__proto__',
  'constructor',
  'a"]b',
  "$.messages[*]'",
  '\u0000\n\u2028',
  '🙂 ü',
  '1',
  'a/b\\c',
];

function common(scope: CaseScope, sessionId: string): WriteParams {
  const expect = { incarnation: null, userId: null };
  return { key: scope.key(sessionId), sessionId, ttl: null, expect };
}

async function append(
  scope: CaseScope,
  sessionId: string,
  run: Partial<RunRecord>,
): Promise<WriteResult> {
  return scope.store.append({
    ...common(scope, sessionId),
    entries: [],
    tokens: 0,
    changes: {},
    create: { userId: 'user-1', incarnation: randomHex(16) },
    run: { ...NOTHING, ...run },
  });
}

async function rewrite(
  scope: CaseScope,
  sessionId: string,
  run: Partial<RunRecord>,
  resetTokens = false,
): Promise<WriteResult | null> {
  return scope.store.rewrite({
    ...common(scope, sessionId),
    version: null,
    drop: 0,
    forgetOperations: false,
    resetTokens,
    run: { ...NOTHING, ...run },
  });
}

async function marksOf(scope: CaseScope, sessionId: string): Promise<string | undefined> {
  const address = { key: scope.key(sessionId), sessionId };
  const snapshot = await scope.store.read({ ...address, entries: { kind: 'none' } });
  return snapshot?.head.usage?.marks;
}

/**
 * What runs tell beside their items: agents, tokens, and how much of that is recorded.
 */
export const RUN_RECORDS: Topic = {
  title: 'run records',
  needs: 'nothing',
  cases: {
    'usage adds up, in all and by agent': async (scope) => {
      const spent = [
        { agent: 'Triage', ...SPENT },
        { agent: null, ...SPENT },
      ];
      await append(scope, 's', { spent });
      await append(scope, 's', { spent: [{ agent: 'Billing', ...SPENT }] });
      await rewrite(scope, 's', { spent: [{ agent: 'Triage', ...SPENT }] });
      const session = await JSONSession.load('s', scope.options());
      const { usage, totalTokens } = await session.getMetadata();
      assert.deepEqual(usage, {
        ...sumOfUsage([SPENT, SPENT, SPENT, SPENT]),
        agents: { Triage: sumOfUsage([SPENT, SPENT]), Billing: SPENT },
      });
      assert.equal(totalTokens, 4 * 42);
      await session.addMessage({ role: 'assistant', content: 'x', tokens: 8 });
      assert.equal((await session.getMetadata()).totalTokens, 4 * 42 + 8);
      assert.equal((await session.getMetadata()).usage.totalTokens, 4 * 42);
    },

    'a rewrite that sets the counts to zero counts from there': async (scope) => {
      const spent = [{ agent: 'Triage', ...SPENT }];
      await append(scope, 's', { spent: [...spent, { agent: 'Billing', ...SPENT }] });
      await rewrite(scope, 's', { spent }, true);
      const { usage, totalTokens } = await (
        await JSONSession.load('s', scope.options())
      ).getMetadata();
      assert.deepEqual(usage, { ...SPENT, agents: { Triage: SPENT } });
      assert.equal(totalTokens, 42);
      await rewrite(scope, 's', {}, true);
      const after = await (await JSONSession.load('s', scope.options())).getMetadata();
      assert.deepEqual([after.totalTokens, after.usage.requests], [0, 0]);
    },

    'one agent can stand in a record more than once': async (scope) => {
      const spent = [
        { agent: 'Triage', ...SPENT },
        { agent: 'Triage', ...SPENT },
      ];
      for (const write of [append, append, rewrite]) await write(scope, 's', { spent });
      const { usage } = await (await JSONSession.load('s', scope.options())).getMetadata();
      assert.equal(usage.agents['Triage']?.requests, 12);
      assert.equal(usage.requests, 12);
    },

    'agents join those used in the order of first use': async (scope) => {
      await append(scope, 's', { agents: ['B', 'A', 'B'], currentAgent: 'A' });
      await append(scope, 's', { agents: ['A', 'C'] });
      await rewrite(scope, 's', { agents: ['D', 'B'], currentAgent: 'B' });
      const session = await JSONSession.load('s', scope.options());
      const { agentsUsed, currentAgent } = await session.getMetadata();
      assert.deepEqual(agentsUsed, ['B', 'A', 'C', 'D']);
      assert.equal(currentAgent, 'B');
      await session.trackAgent('E');
      const after = await session.getMetadata();
      assert.deepEqual([after.agentsUsed.at(-1), after.currentAgent], ['E', 'E']);
    },

    'names of agents are data': async (scope) => {
      for (const [index, write] of [append, append, rewrite].entries()) {
        for (const agent of HOSTILE) {
          const spent = [{ agent, ...NO_USAGE, requests: 1, totalTokens: index + 1 }];
          await write(scope, 's', { agents: [agent], currentAgent: agent, spent });
        }
      }
      const session = await JSONSession.load('s', scope.options());
      const { usage, agentsUsed, currentAgent, totalTokens } = await session.getMetadata();
      assert.deepEqual(agentsUsed, HOSTILE);
      assert.equal(currentAgent, HOSTILE.at(-1));
      assert.deepEqual(Object.keys(usage.agents).toSorted(), HOSTILE.toSorted());
      for (const counts of Object.values(usage.agents)) assert.equal(counts.totalTokens, 6);
      assert.equal(totalTokens, 6 * HOSTILE.length);
      assert.equal(({} as { requests?: unknown }).requests, undefined);
    },

    'the newest 16 marks are kept': async (scope) => {
      const marks = Array.from(
        { length: 20 },
        (_, index) => `${randomHex(8)}:${randomHex(4)}:1:${index}:0:0:0:0`,
      );
      for (const [index, mark] of marks.entries()) {
        await (index % 3 === 2 ? rewrite : append)(scope, 's', { mark });
      }
      const kept = marks.slice(-16).map((mark) => `${mark};`);
      assert.equal(await marksOf(scope, 's'), kept.join(''));
    },

    'clear sets usage to zero, clearSession keeps it': async (scope) => {
      await append(scope, 's', { spent: [{ agent: 'Triage', ...SPENT }] });
      const session = await JSONSession.load('s', scope.options());
      await session.clearSession();
      assert.equal((await session.getMetadata()).usage.requests, 2);
      await session.clear();
      const { usage, totalTokens } = await session.getMetadata();
      assert.deepEqual([usage, totalTokens], [{ ...NO_USAGE, agents: {} }, 0]);
    },

    'an operation that was applied before is not recorded again': async (scope) => {
      const operation = { id: 'aa', digest: 'bb' };
      const write = {
        ...common(scope, 's'),
        entries: [],
        tokens: 0,
        changes: {},
        create: { userId: 'user-1', incarnation: randomHex(16) },
        run: { ...NOTHING, spent: [{ agent: null, ...SPENT }] },
        operation,
      };
      const first = await scope.store.append(write);
      const again = await scope.otherStore.append(write);
      assert.equal(again.time, first.time);
      const { usage } = await (await JSONSession.load('s', scope.options())).getMetadata();
      assert.equal(usage.requests, 2);
    },

    'an operation can be looked up': async (scope) => {
      const { time } = await scope.store.append({
        ...common(scope, 's'),
        entries: [],
        tokens: 0,
        changes: {},
        create: { userId: 'user-1', incarnation: randomHex(16) },
        operation: { id: 'aa', digest: 'bb', namesEntries: true },
      });
      const address = { key: scope.key('s'), sessionId: 's' };
      const selections: EntrySelection[] = [
        { kind: 'none' },
        { kind: 'all' },
        { kind: 'walk', visitor: () => () => 'take', sizeHint: 1 },
      ];
      for (const entries of selections) {
        const found = await scope.otherStore.read({ ...address, entries, operationId: 'aa' });
        assert.equal(found?.operation?.time.toFixed(3), time.toFixed(3));
        assert.equal(found.operation.digest, 'bb');
        const none = await scope.store.read({ ...address, entries, operationId: 'bb' });
        assert.equal(none?.operation, null);
        assert.equal((await scope.store.read({ ...address, entries }))?.operation, null);
      }
    },
  },
};
