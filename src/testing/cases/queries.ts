import assert from 'node:assert/strict';

import { assistantItem, callItem, userItem } from '../conversation.ts';
import { expectFailure } from '../expect-failure.ts';
import { JSONSession } from '../../session/session.ts';
import type { CaseScope } from '../case-scope.ts';
import type { Topic } from '../topic.ts';

/** What ends every kind of text. */
const QUOTES = '"\'\\';

async function withMessages(scope: CaseScope): Promise<JSONSession> {
  const session = await scope.created({ userId: 'user-1' });
  await session.addItems([userItem('One'), callItem('call-1'), assistantItem('Two')]);
  await session.setAttributes({ tags: ['a', 'b', null], 'it\'s "odd\\"': { n: 1 }, open: false });
  await session.setAttributes({
    ' a': 1,
    blank: { text: ' a', n: 2, no: false },
    quotes: { text: QUOTES, n: 3 },
  });
  return session;
}

/** What is named, of every kind of selector. */
const NAMED: readonly (readonly [path: string, values: readonly unknown[]])[] = [
  ['$.user_id', ['user-1']],
  ['$.messages[*].role', ['user', 'assistant', 'assistant']],
  ['$.messages[0].content', ['One']],
  ['$.messages[-1].content', ['Two']],
  ['$.messages[-4].content', []],
  ['$.messages[3].content', []],
  ['$.messages[-2:].role', ['assistant', 'assistant']],
  ['$.messages[0:3:2].content', ['One', 'Two']],
  ["$.messages[?@.role == 'user'].content", ['One']],
  ["$.messages[?@.item.type == 'function_call' || 'user' == @.role].role", ['user', 'assistant']],
  ["$.messages[?@.item && @.role != 'user'].item.callId", ['call-1']],
  ["$.attributes['it\\'s \"odd\\\\\"'].n", [1]],
  ["$.attributes['tags', 'open']", [['a', 'b', null], false]],
  ['$.attributes.tags[*]', ['a', 'b', null]],
  ['$..n', [1, 2, 3]],
  ['$.nothing', []],
  ["$.attributes[?@.text == ' a'].n", [2]],
  ['$.attributes[?@.no <= true].n', []],
  ['$.attributes[?@.no <= false].n', [2]],
  [`$.attributes[?@.text == ${JSON.stringify(QUOTES)}].n`, [3]],
  ["$.attributes[' a']", [1]],
  [`$.messages[?${'('.repeat(480)}@.a${')'.repeat(480)}]`, []],
  ['$.messages.role', []],
];

const REFUSED: readonly string[] = [
  '',
  'user_id',
  '$.',
  '$[',
  `$${'.a'.repeat(17)}`,
  `$.${'a'.repeat(1000)}`,
  '$.messages[99999999999999999999]',
  '$.messages[-99999999999999999999:]',
  '$.messages[2147483648]',
  '$.messages[-2147483648:]',
  '$.messages[::-1]',
  '$.messages[::0]',
  '$..a..b',
  "$['a','a']",
  '$.messages[0,1]',
  '$.messages[?length(@.content) > 1]',
  "$.messages[?match(@.content, 'O.*')]",
  '$.messages[?@.a == @.b]',
  '$.messages[?@.a == $.user_id]',
  '$.messages[?!@.a]',
  '$.messages[?@[0] == 1]',
  '$.messages[?@..a == 1]',
  '$.messages[?@.a[?@.b]]',
  '$.messages[?@ == 1]',
  '$.messages[?@.a == 1e300]',
  "$['\\u0000']",
  '$.messages[?@.a != 1]',
  "$.messages[?@.a < '😀']",
  '$.messages[?@.a || @.b != 1]',
  `$.m[?${Array.from({ length: 17 }, () => '@.a').join('||')}]`,
];

/**
 * What JSONPaths name.
 */
export const QUERIES: Topic = {
  title: 'queries',
  needs: 'nothing',
  cases: {
    'a path names values of the document': async (scope) => {
      const session = await withMessages(scope);
      for (const [path, values] of NAMED) {
        assert.deepEqual(await session.query(path), values, path);
        const other = scope.elsewhere(session.sessionId);
        assert.deepEqual(await other.query(path), values, `${path} elsewhere`);
      }
    },

    'a path names the same in a long session': async (scope) => {
      const session = await scope.created({ userId: 'user-1' });
      const texts = Array.from({ length: 1200 }, (_, index) => `${index}`);
      await session.addItems(texts.map(userItem));
      assert.deepEqual(await session.query('$.messages[*].content'), texts);
      assert.deepEqual(await session.query("$.messages[?@.content == '7'].role"), ['user']);
      assert.deepEqual(await session.query('$.messages[-2:].content'), ['1198', '1199']);
      assert.deepEqual(await session.query('$..user_id'), ['user-1']);
      await scope.elsewhere(session.sessionId).delete();
      await expectFailure('session_expired', () => session.query('$..user_id'), {});
    },

    'a path that is not taken is refused, whether there is a session or not': async (scope) => {
      const session = await withMessages(scope);
      for (const one of [session, scope.session()]) {
        for (const path of REFUSED) {
          const failure = await expectFailure('invalid_input', () => one.query(path), {
            field: 'path',
          });
          assert.ok(path.length < 5 || !failure.message.includes(path), 'it repeats the path');
        }
      }
      assert.deepEqual(await session.query('$.user_id'), ['user-1']);
    },

    'a session that is not there, or of someone else, has no values': async (scope) => {
      const { sessionId } = await withMessages(scope);
      await expectFailure('session_not_found', () => scope.session().query('$'));
      const foreign = scope.session({ sessionId, userId: 'user-2' });
      await expectFailure('session_not_found', () => foreign.query('$.user_id'), { sessionId });
    },

    'a session that has been made anew is not the one that was seen': async (scope) => {
      const session = await withMessages(scope);
      const { sessionId } = session;
      await session.query('$.user_id');
      const remade = async (userId: string): Promise<void> => {
        await scope.elsewhere(sessionId).delete();
        await JSONSession.create(scope.options({ store: scope.otherStore, sessionId, userId }));
      };
      const restarting = scope.session({ sessionId, onExpired: 'restart' });
      assert.deepEqual(await restarting.query('$.user_id'), ['user-1']);
      await scope.elsewhere(sessionId).delete();
      await expectFailure('session_expired', () => session.query('$.user_id'), { sessionId });
      await remade('user-2');
      await expectFailure('session_expired', () => session.query('$.user_id'), { sessionId });
      assert.deepEqual(await restarting.query('$.user_id'), ['user-2']);
      await remade('user-1');
      await expectFailure('session_expired', () => session.query('$.user_id'), { sessionId });
    },
  },
};
