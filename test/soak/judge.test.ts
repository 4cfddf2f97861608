import { describe, expect, test } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import { GOLDEN_DOCUMENTS } from '../document/golden-documents.ts';
import { type Call, newCall as beginCall } from './call.ts';
import { judgeSession, type SessionFacts } from './judge.ts';
import { itemsFor, textIn, tokensOf } from './texts.ts';

const [GOLDEN] = Object.values(GOLDEN_DOCUMENTS) as [SessionDocument];
const END = 100_000;

/** Each begins a tenth of a second after the one before and takes half of that. */
function newCall(given: Partial<Call> & Pick<Call, 'kind' | 'number'>): Call {
  const begun = given.number * 100;
  const times = { begun, ended: begun + 50, handleSince: 0, limit: 5000 };
  return beginCall({ writer: 'w0a', session: 's0', outcome: 'acknowledged', ...times, ...given });
}

function adds(number: number, given: Partial<Call> = {}): Call {
  const writer = given.writer ?? 'w0a';
  return newCall({ kind: 'addMessage', number, texts: [`${writer}-${number}.0`], ...given });
}

function adding(number: number, count: number, given: Partial<Call> = {}): Call {
  const texts = Array.from({ length: count }, (_, index) => `w0a-${number}.${index}`);
  return newCall({ kind: 'addItems', number, texts, ...given });
}

function pops(number: number, removed: readonly string[], given: Partial<Call> = {}): Call {
  return newCall({ kind: 'popItem', number, removed, ...given });
}

function reads(number: number, found: readonly string[], given: Partial<Call> = {}): Call {
  return newCall({ kind: 'getItems', number, found, selection: {}, ...given });
}

function unanswered(call: Call, given: Partial<Call> = {}): Call {
  return { ...call, outcome: 'unknown', code: 'outcome_unknown', ...given };
}

function rejected(call: Call, code = 'store_unavailable'): Call {
  return { ...call, outcome: 'rejected', code };
}

/** A document with one message for each text. */
function holding(texts: readonly string[], tokens = texts.length): SessionDocument {
  const messages = texts.map((content, index) => ({
    id: String(index).padStart(16, '0'),
    role: 'user' as const,
    content,
    timestamp: index,
    agent: null,
    tokens: 1,
  }));
  const metadata = {
    agents_used: [],
    current_agent: null,
    message_count: texts.length,
    total_tokens: tokens,
  };
  return { ...GOLDEN, messages, metadata, attributes: {}, handoff_context: null };
}

/** A document of which the last agent is the current one. */
function withAgents(...agents: string[]): SessionDocument {
  const metadata = { agents_used: agents, current_agent: agents.at(-1) ?? null };
  const document = holding([]);
  return { ...document, metadata: { ...document.metadata, ...metadata } };
}

function judge(calls: readonly Call[], texts: readonly string[], given: Partial<Facts> = {}) {
  const tokens = calls
    .filter(({ outcome }) => outcome !== 'rejected')
    .reduce((sum, call) => sum + tokensOf(call), 0);
  const document = holding(texts, given.tokens ?? tokens);
  const facts = { document, readAt: END, ttl: null, hasPython: false, ...given };
  return judgeSession(calls, facts);
}

type Facts = SessionFacts & { tokens: number };

const A = 'w0a-1.0';
const B = 'w0a-2.0';
const C = 'w0b-3.0';
const ITEMS = ['w0a-1.0', 'w0a-1.1', 'w0a-1.2'];

describe('the judge takes', () => {
  test.each<[string, Call[], string[], Partial<Facts>?]>([
    ['what was added', [adds(1), adds(2)], [A, B]],
    ['what was popped', [adds(1), adds(2), pops(3, [B])], [A]],
    [
      'items without their end, which was popped',
      [adding(1, 3), pops(2, ['w0a-1.2'])],
      ITEMS.slice(0, 2),
    ],
    [
      'a pop without an answer that took one',
      [adds(1), unanswered(pops(2, [], { removed: null }))],
      [],
    ],
    [
      'a pop without an answer that took none',
      [adds(1), unanswered(pops(2, [], { removed: null }))],
      [A],
    ],
    [
      'what was cleared',
      [adds(1), newCall({ kind: 'clearSession', number: 2 }), adds(3)],
      ['w0a-3.0'],
    ],
    [
      'a clear without an answer, done',
      [adds(1), unanswered(newCall({ kind: 'clear', number: 2 }))],
      [],
    ],
    ['one that was not done', [adds(1), unanswered(newCall({ kind: 'clear', number: 2 }))], [A]],
    [
      'one at the same time, after it',
      [adds(1), newCall({ kind: 'clearSession', number: 1, begun: 110 })],
      [],
    ],
    [
      'one at the same time, before it',
      [adds(1), newCall({ kind: 'clearSession', number: 1, begun: 110 })],
      [A],
    ],
    [
      'a deleted session',
      [adds(1), newCall({ kind: 'delete', number: 2, wasThere: true })],
      [],
      { document: null },
    ],
    [
      'a delete that met another life',
      [adds(1), newCall({ kind: 'delete', number: 2, wasThere: false })],
      [A],
    ],
    ['a session that expired', [adds(1), adds(60)], ['w0a-60.0'], { ttl: 1, tokens: 1 }],
    [
      'what came back as its name was forgotten',
      [adds(1, { outcome: 'repeated', ended: 450 }), newCall({ kind: 'clearSession', number: 2 })],
      [A],
    ],
    [
      'what was counted twice as its name was forgotten',
      [adds(1, { outcome: 'repeated', ended: 450 }), newCall({ kind: 'clearSession', number: 2 })],
      [A],
      { tokens: 2 },
    ],
    ['a read while a write is under way', [adds(1), adds(2), reads(2, [A])], [A, B]],
    [
      'a read of the newest',
      [adds(1), adds(2), reads(3, [B], { selection: { limit: 1 } })],
      [A, B],
    ],
    [
      'a read by role',
      [adding(1, 3), reads(2, [ITEMS[2]!], { selection: { role: 'tool' } })],
      ITEMS,
    ],
    [
      'a refused write to a life that is over',
      [
        newCall({ kind: 'delete', number: 1, wasThere: true }),
        rejected(adds(2), 'session_expired'),
      ],
      [],
    ],
    ['a call that stood still', [adds(1, { ended: 20_000, stalled: 19_000 })], [A]],
    [
      'an attribute',
      [newCall({ kind: 'setAttributes', number: 1 })],
      [],
      {
        document: { ...holding([]), attributes: { w0a: 1 } },
      },
    ],
    [
      'whose writes came one after the other',
      [
        newCall({ kind: 'exclusive', number: 1, acquired: 110, ended: 400 }),
        adds(2, { lock: 'w0a-1' }),
        adds(3, { writer: 'w0b', begun: 260, ended: 390 }),
      ],
      [B, C],
    ],
  ])('%s', (_, calls, texts, given) => {
    expect(judge(calls, texts, given)).toEqual([]);
  });
});

describe('the judge refuses', () => {
  test.for<[string, RegExp, Call[], string[], Partial<Facts>?]>([
    ['a lost write', /w0a-1.0 acknowledged and kept, 0 times/, [adds(1)], []],
    ['a doubled write', /w0a-1.0 acknowledged and kept, 2 times/, [adds(1)], [A, A]],
    ['a rejected write', /w0a-1.0 rejected and kept, 1 times/, [rejected(adds(1))], [A]],
    [
      'one that was sent again in vain',
      /repeated and kept, 0/,
      [adds(1, { outcome: 'repeated' })],
      [],
    ],
    [
      'one that was lost before a clear',
      /w0a-3.0 acknowledged and kept, 0/,
      [newCall({ kind: 'clear', number: 1 }), adds(3)],
      [],
    ],
    [
      'one that a clear left',
      /w0a-1.0 acknowledged and removed, 1/,
      [adds(1), newCall({ kind: 'clear', number: 2 })],
      [A],
    ],
    [
      'one that a delete left',
      /w0a-1.0 acknowledged and removed, 1/,
      [adds(1), newCall({ kind: 'delete', number: 2, wasThere: true })],
      [A],
    ],
    [
      'one that is still there after a pop',
      /w0a-1.0 acknowledged and removed, 1/,
      [adds(1), pops(2, [A])],
      [A],
    ],
    ['one that was popped twice', /removed before/, [adds(1), pops(2, [A]), pops(3, [A])], []],
    ['a pop of what nobody wrote', /which nobody wrote/, [pops(2, [A])], []],
    ['a pop of what was rejected', /which was rejected/, [rejected(adds(1)), pops(2, [A])], []],
    ['a pop of what comes later', /before it was written/, [pops(1, [B]), adds(2)], []],
    [
      'more than pops can have taken',
      /2 texts are missing, 1 can/,
      [adds(1), adds(2), unanswered(pops(3, [], { removed: null }))],
      [],
    ],
    [
      'a session that expired too soon',
      /w0a-1.0 is missing/,
      [adds(1), adds(5), reads(6, [])],
      ['w0a-5.0'],
      { ttl: 1 },
    ],
    ['half of what belongs together', /torn apart/, [adding(1, 3)], ITEMS.slice(0, 2)],
    ['its other half', /in part/, [adding(1, 3)], ITEMS.slice(1)],
    [
      'another between what belongs together',
      /torn apart/,
      [adding(1, 3), adds(3, { writer: 'w0b' })],
      [ITEMS[0]!, C, ...ITEMS.slice(1)],
    ],
    ['another order', /out of order/, [adds(1), adds(2)], [B, A]],
    ['what nobody wrote', /by nobody/, [], [A]],
    [
      'too many tokens',
      /total_tokens is 3, and 2 were spent/,
      [adds(1), adds(2)],
      [A, B],
      { tokens: 3 },
    ],
    [
      'tokens of before a clear',
      /total_tokens is 2, and 1 were spent/,
      [adds(1), newCall({ kind: 'clear', number: 2 }), adds(3)],
      ['w0a-3.0'],
      { tokens: 2 },
    ],
    ['a read without what was there', /w0a-1.0 is missing/, [adds(1), reads(2, [])], [A]],
    ['an empty pop', /popItem w0a-2: w0a-1.0 is missing/, [adds(1), pops(2, [])], [A]],
    [
      'a read of the newest that left one out',
      /w0a-2.0 is missing/,
      [adds(1), adds(2), reads(3, [A], { selection: { limit: 1 } })],
      [A, B],
    ],
    [
      'a read by agent that left one out',
      /w0a-3.0 is missing/,
      [adds(3), reads(4, [], { selection: { agent: 'w0a' } })],
      ['w0a-3.0'],
    ],
    ['a read that gives one twice', /there twice/, [adds(1), reads(2, [A, A])], [A]],
    [
      'a read of what was rejected',
      /is there and was rejected/,
      [rejected(adds(1)), reads(2, [A])],
      [],
    ],
    [
      'a read of what was removed',
      /after it was removed/,
      [adds(1), pops(2, [A]), reads(3, [A])],
      [],
    ],
    ['a read of what is to come', /before it was written/, [reads(1, [B]), adds(2)], [B]],
    ['a read of what nobody wrote', /by nobody/, [reads(1, ['hello'])], []],
    ['a read in another order', /is behind/, [adds(1), adds(2), reads(3, [B, A])], [A, B]],
    [
      'a read in the order of nobody else',
      /stood elsewhere/,
      [adds(1), adds(3, { writer: 'w0b' }), reads(4, [C, A])],
      [A, C],
    ],
    [
      'a result without its call',
      /does not follow/,
      [adding(1, 3), reads(2, [ITEMS[0]!, ITEMS[2]!])],
      ITEMS,
    ],
    [
      'another role than was asked for',
      /not what was asked for/,
      [adding(1, 3), reads(2, ITEMS, { selection: { role: 'tool' } })],
      ITEMS,
    ],
    ['a call that took too long', /took 7000 of 5000 ms/, [adds(1, { ended: 7100 })], [A]],
    [
      'an error of nobody',
      /failed with TypeError/,
      [rejected(reads(1, [], { found: null }), 'TypeError')],
      [],
    ],
    [
      'a lost lease without a lock',
      /failed with lease_lost/,
      [rejected(adds(1), 'lease_lost')],
      [],
    ],
    ['an end that nobody made', /nobody ended it/, [rejected(adds(1), 'session_expired')], []],
    [
      'a write within the lock of another',
      /addMessage w0b-3 within exclusive w0a-1/,
      [
        newCall({ kind: 'exclusive', number: 1, acquired: 110, ended: 400 }),
        adds(3, { writer: 'w0b', begun: 120, ended: 130 }),
        adds(2, { lock: 'w0a-1' }),
      ],
      [C, B],
    ],
    [
      'two locks at once',
      /exclusive w0b-3 within exclusive w0a-1/,
      [
        newCall({ kind: 'exclusive', number: 1, acquired: 110, ended: 400 }),
        newCall({
          kind: 'exclusive',
          number: 3,
          writer: 'w0b',
          begun: 120,
          acquired: 125,
          ended: 130,
        }),
        adds(2, { lock: 'w0a-1' }),
      ],
      [B],
    ],
    [
      'an attribute that is lost',
      /attribute w0a is lost/,
      [newCall({ kind: 'setAttributes', number: 1 })],
      [],
    ],
    [
      'an older attribute',
      /attribute w0a is acknowledged w0a-1/,
      [
        newCall({ kind: 'setAttributes', number: 1 }),
        newCall({ kind: 'setAttributes', number: 2 }),
      ],
      [],
      { document: { ...holding([]), attributes: { w0a: 1 } } },
    ],
    [
      'a rejected attribute',
      /attribute w0a is rejected w0a-1/,
      [rejected(newCall({ kind: 'setAttributes', number: 1 }))],
      [],
      { document: { ...holding([]), attributes: { w0a: 1 } } },
    ],
    [
      'an agent that is lost',
      /agent w0a is lost/,
      [newCall({ kind: 'trackAgent', number: 1 })],
      [],
    ],
    ['an agent of nobody', /agent w9a is of nobody/, [], [], { document: withAgents('w9a') }],
    [
      'an agent twice',
      /agents repeat/,
      [newCall({ kind: 'trackAgent', number: 1 })],
      [],
      { document: withAgents('w0a', 'w0a') },
    ],
    [
      'an older agent',
      /current agent is acknowledged w0b-1/,
      [
        newCall({ kind: 'trackAgent', number: 1, writer: 'w0b' }),
        newCall({ kind: 'trackAgent', number: 2 }),
      ],
      [],
      { document: withAgents('w0a', 'w0b') },
    ],
    [
      'an older handoff context',
      /handoff context is acknowledged w0a-1/,
      [
        newCall({ kind: 'setHandoffContext', number: 1 }),
        newCall({ kind: 'setHandoffContext', number: 2 }),
      ],
      [],
      { document: { ...holding([]), handoff_context: { writer: 'w0a', number: 1 } } },
    ],
    [
      'a handoff context of nobody',
      /handoff context is of nobody/,
      [],
      [],
      { document: { ...holding([]), handoff_context: { writer: 'w0a', number: 1 } } },
    ],
    [
      'a session that was created over what was there',
      /create w0a-2: w0a-1.0 is missing/,
      [adds(1), newCall({ kind: 'create', number: 2 })],
      [A],
    ],
    [
      'an attribute of nobody',
      /set by nobody/,
      [],
      [],
      { document: { ...holding([]), attributes: { w9a: 1 } } },
    ],
    [
      'a wrong count',
      /message_count is 2 of 1/,
      [adds(1)],
      [A],
      {
        document: {
          ...holding([A]),
          metadata: { ...GOLDEN.metadata, message_count: 2, total_tokens: 1 },
        },
      },
    ],
    [
      'a document of another shape',
      /schema: \/created_at/,
      [adds(1)],
      [A],
      {
        document: { ...holding([A]), created_at: 'today' } as unknown as SessionDocument,
      },
    ],
  ])('%s', ([, wrong, calls, texts, given]) => {
    expect(judge(calls, texts, given)).toContainEqual(expect.stringMatching(wrong));
  });
});

test('every item of a call says its text, whatever it is', () => {
  const call = adding(7, 9);
  expect(itemsFor(call).map(textIn)).toEqual(call.texts);
});
