import assert from 'node:assert/strict';
import type { AgentInputItem } from '@openai/agents-core';
import { say, textsOf, userItem } from '../conversation.ts';
import type { CaseScope } from '../case-scope.ts';
import { JSONSession } from '../../session/session.ts';
import type { JSONSessionOptions } from '../../session/opening/session-options.ts';
import type { Topic } from '../topic.ts';

const WRITERS = 4;

/**
 * Handles on one session, half of them in each store; without the checks, which would make every write
 * wait for a read.
 */
function handles(
  scope: CaseScope,
  sessionId: string,
  count: number,
  options: JSONSessionOptions = {},
): JSONSession[] {
  return Array.from({ length: count }, (_, index) => {
    const { unchecked } = index % 2 === 0 ? scope.store : scope.otherStore;
    return scope.session({ ...options, sessionId, store: unchecked });
  });
}

/** What was said, by writer, in the order in which it stands in the session. */
function byWriter(texts: readonly string[]): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const text of texts) {
    const [writer = '', count] = text.split(':');
    const list = counts.get(writer) ?? [];
    list.push(Number(count));
    counts.set(writer, list);
  }
  return counts;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function textOf(item: AgentInputItem | undefined): string {
  return (item as { content?: unknown } | undefined)?.content as string;
}

/** Settles all and gives the errors. */
async function failures(calls: Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(calls);
  return settled
    .filter((result) => result.status === 'rejected')
    .map(({ reason }): unknown => reason);
}

/** Repeats an action until the work is done, and fails where either does. */
async function whileRunning(work: Promise<void>, action: () => Promise<void>): Promise<void> {
  const ended = work.then(
    () => true,
    () => true,
  );
  const notYet = Promise.resolve(false);
  do await action();
  while (!(await Promise.race([ended, notYet])));
  await work;
}

/**
 * Several writers at once.
 */
export const CONCURRENCY: Topic = {
  title: 'concurrency',
  needs: 'nothing',
  cases: {
    'writers at once lose and double nothing, and keep their order': async (scope) => {
      const { sessionId } = await scope.created();
      const each = 40;
      await Promise.all(
        handles(scope, sessionId, WRITERS).map(async (session, writer) => {
          for (const index of upTo(each)) {
            const text = `${writer}:${index}`;
            if (index % 2 === 0) await session.addItems([userItem(text)]);
            else await session.addMessage({ role: 'user', content: text, tokens: 3 });
          }
        }),
      );
      const session = scope.session({ sessionId });
      const counts = byWriter(await textsOf(session));
      assert.equal(counts.size, WRITERS);
      for (const list of counts.values()) assert.deepEqual(list, upTo(each));
      const { messageCount, totalTokens } = await session.getMetadata();
      assert.deepEqual([messageCount, totalTokens], [WRITERS * each, (WRITERS * each * 3) / 2]);
    },

    'the items of one call stay together': async (scope) => {
      const { sessionId } = await scope.created();
      await Promise.all(
        handles(scope, sessionId, WRITERS).map(async (session, writer) => {
          for (const turn of upTo(10)) {
            await session.addItems(upTo(5).map((index) => userItem(`${writer}.${turn}:${index}`)));
          }
        }),
      );
      const texts = await textsOf(scope.session({ sessionId }));
      for (let start = 0; start < texts.length; start += 5) {
        const [[, list] = ['', []], ...others] = byWriter(texts.slice(start, start + 5));
        assert.deepEqual(list, upTo(5));
        assert.deepEqual(others, []);
      }
    },

    'calls of one handle may overlap': async (scope) => {
      const session = await scope.created();
      const added = await Promise.all(upTo(30).map((index) => say(session, String(index))));
      const messages = await session.getMessages();
      const sorted = (list: typeof added): typeof added =>
        list.toSorted((one, other) => one.id.localeCompare(other.id));
      assert.deepEqual(sorted(messages), sorted(added));
    },

    'of creators at once one wins': async (scope) => {
      const sessions = upTo(8).flatMap((index) =>
        handles(scope, 's', 1, { userId: `user-${index}` }),
      );
      const errors = await failures(sessions.map((session) => session.create()));
      assert.equal(errors.length, 7);
      for (const error of errors)
        assert.equal((error as { code?: unknown }).code, 'session_exists');
      const winner = sessions[0]!;
      const { userId } = await scope.elsewhere('s').getMetadata();
      assert.match(userId ?? '', /^user-[0-7]$/);
      assert.equal(winner.sessionId, 's');
    },

    'openers at once all get the one session': async (scope) => {
      const sessions = await Promise.all(
        upTo(8).map((index) => {
          const { unchecked } = index % 2 === 0 ? scope.store : scope.otherStore;
          return JSONSession.open(scope.options({ sessionId: 's', store: unchecked }));
        }),
      );
      await Promise.all(sessions.map((session, index) => say(session, String(index))));
      const texts = await textsOf(scope.session({ sessionId: 's' }));
      assert.deepEqual(texts.toSorted(), upTo(8).map(String));
    },

    'first writes at once make one session': async (scope) => {
      const sessions = handles(scope, 's', 8);
      await Promise.all(sessions.map((session, index) => say(session, String(index))));
      const texts = await textsOf(scope.session({ sessionId: 's' }));
      assert.deepEqual(texts.toSorted(), upTo(8).map(String));
      for (const session of sessions) assert.equal((await session.getItems()).length, 8);
    },

    'agents tracked at once are each listed once': async (scope) => {
      const { sessionId } = await scope.created();
      const names = upTo(6).map((index) => `Agent ${index}`);
      await Promise.all(
        handles(scope, sessionId, WRITERS).map(async (session, writer) => {
          for (const index of upTo(12)) await session.trackAgent(names[(index + writer) % 6]!);
        }),
      );
      const { agentsUsed, currentAgent } = await scope.session({ sessionId }).getMetadata();
      assert.deepEqual(agentsUsed.toSorted(), names);
      assert.ok(agentsUsed.includes(currentAgent ?? ''));
    },

    'attributes set at once are all kept': async (scope) => {
      const { sessionId } = await scope.created();
      await Promise.all(
        handles(scope, sessionId, WRITERS).map(async (session, writer) => {
          for (const index of upTo(5)) {
            await session.setAttributes({ [`${writer}`]: { [`${index}`]: true } });
          }
        }),
      );
      const { attributes } = await scope.session({ sessionId }).getMetadata();
      const all = Object.fromEntries(upTo(5).map((index) => [`${index}`, true]));
      assert.deepEqual(
        attributes,
        Object.fromEntries(upTo(WRITERS).map((writer) => [`${writer}`, all])),
      );
    },

    'no item is taken twice': async (scope) => {
      const { sessionId } = await scope.created();
      const total = 40;
      await scope.session({ sessionId }).addItems(upTo(total).map((index) => userItem(`${index}`)));
      const taken: string[] = [];
      await Promise.all(
        handles(scope, sessionId, WRITERS).map(async (session) => {
          for (;;) {
            const item = await session.popItem();
            if (item === undefined) return;
            taken.push(textOf(item));
          }
        }),
      );
      assert.equal(taken.length, total);
      assert.equal(new Set(taken).size, total);
      assert.equal((await scope.session({ sessionId }).getMetadata()).messageCount, 0);
    },

    'items are added and taken at once': async (scope) => {
      const { sessionId } = await scope.created();
      const sessions = handles(scope, sessionId, WRITERS);
      const taken: string[] = [];
      await Promise.all(
        sessions.map(async (session, writer) => {
          for (const index of upTo(25)) {
            if (writer % 2 === 0) await session.addItems([userItem(`${writer}:${index}`)]);
            else if (index % 2 === 0) {
              const item = await session.popItem();
              if (item !== undefined) taken.push(textOf(item));
            }
          }
        }),
      );
      const left = await textsOf(scope.session({ sessionId }));
      const expected = [0, 2].flatMap((writer) => upTo(25).map((index) => `${writer}:${index}`));
      assert.deepEqual([...left, ...taken].toSorted(), expected.toSorted());
      const { messageCount } = await scope.session({ sessionId }).getMetadata();
      assert.equal(messageCount, left.length);
    },

    'clear and append at once leave a whole session': async (scope) => {
      const { sessionId } = await scope.created();
      await Promise.all(
        handles(scope, sessionId, WRITERS).map(async (session, writer) => {
          for (const index of upTo(20)) {
            if (writer === 0) await (index % 2 === 0 ? session.clear() : session.clearSession());
            else await say(session, `${writer}:${index}`);
          }
        }),
      );
      const session = scope.session({ sessionId });
      const texts = await textsOf(session);
      assert.equal((await session.getMetadata()).messageCount, texts.length);
      for (const list of byWriter(texts).values()) {
        // What is left of each writer is its end.
        assert.deepEqual(list, upTo(20).slice(-list.length));
      }
    },

    'readers see a beginning of what is written, never a hole': async (scope) => {
      const { sessionId } = await scope.created();
      const [writer, reader] = handles(scope, sessionId, 2);
      const total = 2400;
      const writing = (async (): Promise<void> => {
        for (let index = 0; index < total; index += 200) {
          await writer!.addItems(upTo(200).map((offset) => userItem(`w:${index + offset}`)));
        }
      })();
      await whileRunning(writing, async () => {
        const texts = (await reader!.getItems()).map(textOf);
        assert.deepEqual(byWriter(texts).get('w') ?? [], upTo(texts.length));
        assert.equal(texts.length % 200, 0);
        const newest = (await reader!.getMessages({ limit: 1500 })).map(({ content }) => content);
        const [first = 0] = byWriter(newest).get('w') ?? [];
        assert.deepEqual(
          byWriter(newest).get('w') ?? [],
          upTo(newest.length).map((index) => first + index),
        );
      });
      assert.equal((await reader!.getItems()).length, total);
    },

    'a reader of a long history that is rewritten sees one that was there': async (scope) => {
      const { sessionId } = await scope.created();
      const [writer, reader] = handles(scope, sessionId, 2);
      await writer!.addItems(upTo(2100).map((index) => userItem(`${index}:0`)));
      const writing = (async (): Promise<void> => {
        for (const round of upTo(8)) {
          // Shorter, then as long as before with other texts.
          for (let step = 0; step < 3; step += 1) await writer!.popItem();
          await writer!.addItems(upTo(3).map((index) => userItem(`${2097 + index}:${round + 1}`)));
        }
      })();
      await whileRunning(writing, async () => {
        const texts = (await reader!.getItems()).map(textOf);
        assert.ok(texts.length >= 2097 && texts.length <= 2100);
        const rounds = texts.map((text) => Number(text.split(':')[1]));
        assert.deepEqual(
          texts.map((text) => Number(text.split(':')[0])),
          upTo(texts.length),
        );
        assert.equal(new Set(rounds.slice(2097)).size <= 1, true, String(rounds.slice(2090)));
      });
    },

    'delete and append at once leave no session that nobody began': async (scope) => {
      for (const index of upTo(5)) {
        const { sessionId } = await scope.created({ sessionId: `s${index}` });
        const [writer, remover] = handles(scope, sessionId, 2);
        await writer!.getItems();
        const writing = failures(upTo(10).map((count) => say(writer!, String(count))));
        assert.equal(await remover!.delete(), true);
        for (const error of await writing) {
          assert.equal((error as { code?: unknown }).code, 'session_expired');
        }
        await assert.rejects(() => JSONSession.load(sessionId, scope.options()));
      }
    },
  },
};
