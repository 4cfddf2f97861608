/**
 * Breaks the protocol one rule at a time: each time the explorer must find out. And what the protocol
 * does not promise, so that it stays known.
 */
import { expect, test } from 'vitest';

import { explore, type Exploration } from './explorer.ts';
import { PROTOCOL, type Rules } from './rules.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Scenario } from './world.ts';

/** Records of later numbers go early: what the answer `GAP` in the same life is for. */
const GAPS: Partial<Rules> = { keepsRecords: 'those of number 1' };

const WRONG: readonly (readonly [string, Partial<Rules>, string, RegExp])[] = [
  ['a gap is taken for new', { refusesGaps: false }, 'a repeat of a later', /applied twice/],
  [
    'any number begins a life',
    { numbersBeginLife: false },
    'expiry between attempts',
    /applied twice/,
  ],
  ['a record goes early', { keepsRecords: 'none' }, 'writers that are', /applied twice/],
  [
    'a deletion leaves no record',
    { recordsDeletions: false },
    'two deletes',
    /was applied|told the end|applied twice/,
  ],
  [
    'a delete that found nothing leaves no record',
    { recordsNothingFound: false },
    'a delete that finds nothing',
    /a1 is applied after/,
  ],
  [
    'a creation does not look at deleted lives',
    { looksAtDeletedLives: false },
    'created, deleted',
    /a1 is applied again|a1 is rejected/,
  ],
  [
    'an append that creates does not look at deleted lives',
    { looksAtDeletedLives: false },
    'made by appends',
    /a1 is applied again/,
  ],
  [
    'LOCKED is believed after an unanswered delete',
    { trustsLockedDeletes: true },
    'a lock before a pop',
    /b1 is applied after/,
  ],
  [
    'EXISTS is believed after an unanswered create',
    { trustsExistingSessions: true },
    'a create that met',
    /a1 is applied after/,
  ],
  ['operations are forgotten', { remembersOperations: false }, 'one operation', /applied twice/],
  ['two writes of a lane are in flight', { inFlight: 2 }, 'two writers', /applied twice/],
  [
    'any number up to the last is a repeat, with two in flight',
    { inFlight: 2, repeats: 'any up to last', refusesGaps: false },
    'two writers',
    /applied 0 times/,
  ],
  [
    'a lane stays the same writer after an unknown outcome',
    { renewsAfterUnknown: false },
    'two writers',
    /applied 0 times/,
  ],
  [
    'a number that was refused goes to another write',
    { reusesNumbers: true },
    'a lock and a library',
    /applied 0 times/,
  ],
  [
    'a refusal is believed after an unanswered attempt',
    { trustsRefusals: true },
    'a lock between',
    /told the end/,
  ],
  [
    'a gap in the same life is sent anew',
    { ...GAPS, gapIsUnknown: false },
    'records of later numbers',
    /applied twice/,
  ],
  [
    'a lane keeps its id in another life',
    { renewsForAnotherLife: false },
    'expiry between',
    /applied (twice|0 times)|told the end/,
  ],
  [
    'a repeat goes under a number of its own',
    { repeatsUnderNumber: false },
    'a repeat from another',
    /applied twice/,
  ],
  [
    'an unanswered attempt counts as never sent',
    { knowsUnanswered: false },
    'two writers',
    /and was applied|told the end/,
  ],
  ['a pop names no version', { namesVersion: false }, 'two pops', /gives .* and removes/],
];

/** Only here, where they show a rule that others would hide. */
const MORE: readonly Scenario[] = [
  {
    name: 'a lock and a library that resends by itself',
    programs: [
      [
        { name: 'a1', kind: 'append' },
        { name: 'a2', kind: 'append' },
        { name: 'a3', kind: 'append' },
      ],
    ],
    budget: { silentResends: 1, locks: 1 },
  },
  {
    name: 'records of later numbers go',
    // An operation, so that number 1 is recognised without its record.
    programs: [
      [
        { name: 'a1', kind: 'append', operation: { id: 'operation', digest: 'same' } },
        { name: 'a2', kind: 'append' },
      ],
    ],
    budget: { cuts: 1, idleWriters: 1 },
  },
];

function scenario(name: string): Scenario {
  const found = [...SCENARIOS, ...MORE].find((one) => one.name.startsWith(name));
  return found ?? expect.fail(`There is no scenario ${name}`);
}

function show(title: string, { violation, trace, states }: Exploration): void {
  const lines = [`${title}: ${violation} (${states} states)`, ...trace.map((line) => `  ${line}`)];
  process.stdout.write(`${lines.join('\n')}\n`);
}

test.each(WRONG)('%s', (title, wrong, name, expected) => {
  const found = explore(scenario(name), { ...PROTOCOL, ...wrong });
  show(title, found);
  expect(found.violation).toMatch(expected);
});

test('a gap in the same life saves what records that go early would lose', () => {
  const found = explore(scenario('records of later numbers'), { ...PROTOCOL, ...GAPS });
  expect(found.trace).toEqual([]);
});

const LIMITS: readonly (readonly [NonNullable<Scenario['beyond']>, string, RegExp])[] = [
  ['late in the next life', 'expiry between', /told the end|applied twice/],
  ['late in the next life', 'two deletes', /told the end/],
  ['one incarnation, two lives', 'expiry between', /begins a second life/],
  ['silent and refused', 'a lock and a library', /told the end/],
];

test.each(LIMITS)('not promised: %s', (beyond, name, expected) => {
  const found = explore({ ...scenario(name), beyond }, PROTOCOL);
  show(`not promised: ${beyond}`, found);
  expect(found.violation).toMatch(expected);
});
