/**
 * Small configurations. Each is explored in full; together they hold every kind of write and of fault.
 *
 * @module
 */
import type { Step } from './client-model.ts';
import type { Scenario } from './world.ts';

function append(name: string, more: Partial<Step> = {}): Step {
  return { name, kind: 'append', ...more };
}

const OPERATION = { id: 'operation', digest: 'same' };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'two writers, two appends each',
    programs: [
      [append('a1'), append('a2')],
      [append('b1'), append('b2')],
    ],
    budget: { cuts: 1, timeouts: 1 },
  },
  {
    name: 'one writer, three appends, sent up to three times',
    programs: [[append('a1'), append('a2'), append('a3')]],
    budget: { cuts: 2, unknownScripts: 1, refusals: 1 },
  },
  {
    name: 'a library that resends by itself',
    programs: [[append('a1'), append('a2'), append('a3')]],
    budget: { silentResends: 2, unknownScripts: 1, timeouts: 1 },
  },
  {
    name: 'a pop against an append',
    programs: [
      [append('a1'), append('a2')],
      [{ name: 'b1', kind: 'pop' }, append('b2')],
    ],
    budget: { cuts: 1, silentResends: 1 },
  },
  {
    name: 'two pops',
    programs: [
      [append('a1'), append('a2'), { name: 'a3', kind: 'pop' }],
      [{ name: 'b1', kind: 'pop' }],
    ],
    budget: { cuts: 1, timeouts: 1 },
  },
  {
    name: 'a clear against appends',
    programs: [
      [append('a1'), append('a2')],
      [{ name: 'b1', kind: 'clear' }, append('b2')],
    ],
    budget: { cuts: 1, timeouts: 1 },
  },
  {
    name: 'deleted and made again, by handles that have seen it',
    programs: [
      [append('a1'), append('a2')],
      [{ name: 'b1', kind: 'delete' }, append('b2')],
    ],
    budget: { cuts: 1, timeouts: 1 },
  },
  {
    name: 'deleted and made again, by handles that have not',
    programs: [
      [append('a1', { fresh: true }), append('a2', { fresh: true })],
      [{ name: 'b1', kind: 'delete', fresh: true }, append('b2', { fresh: true })],
    ],
    budget: { cuts: 2 },
  },
  {
    name: 'two deletes of two lives',
    programs: [
      [append('a1', { fresh: true }), { name: 'a2', kind: 'delete' }],
      [append('b1', { fresh: true }), { name: 'b2', kind: 'delete', fresh: true }],
    ],
    budget: { cuts: 1, silentResends: 1 },
  },
  {
    name: 'created, deleted and created again',
    programs: [
      [{ name: 'a1', kind: 'create' }],
      [
        { name: 'b1', kind: 'delete', fresh: true },
        { name: 'b2', kind: 'create' },
      ],
    ],
    budget: { cuts: 1, silentResends: 1 },
  },
  {
    name: 'a create that met another session, which is deleted',
    programs: [
      [{ name: 'a1', kind: 'create' }],
      [
        { name: 'b1', kind: 'create' },
        { name: 'b2', kind: 'delete' },
      ],
    ],
    budget: { cuts: 1, silentResends: 1 },
  },
  {
    name: 'made by appends, and deleted twice',
    programs: [
      [append('a1', { fresh: true })],
      [
        { name: 'b1', kind: 'delete', fresh: true },
        append('b2', { fresh: true }),
        { name: 'b3', kind: 'delete', fresh: true },
      ],
    ],
    budget: { cuts: 1, silentResends: 1 },
  },
  {
    name: 'a delete that finds nothing',
    programs: [[{ name: 'a1', kind: 'delete' }], [append('b1')]],
    budget: { cuts: 1, silentResends: 1, timeouts: 1, expiries: 1 },
  },
  {
    name: 'a delete and a repeat of it from another process',
    programs: [
      [append('a1', { fresh: true }), { name: 'a2', kind: 'delete', fresh: true }],
      [{ name: 'b1', kind: 'delete', repeats: 'a2' }, append('b2', { fresh: true })],
    ],
    budget: { cuts: 1, timeouts: 1, silentResends: 1, expiries: 1 },
  },
  {
    name: 'a create and a repeat of it from another process',
    programs: [
      [{ name: 'a1', kind: 'create' }],
      [{ name: 'b1', kind: 'create', repeats: 'a1' }],
      [{ name: 'c1', kind: 'delete' }],
    ],
    budget: { cuts: 1, timeouts: 1, silentResends: 1 },
  },
  {
    name: 'expiry between attempts',
    programs: [[append('a1'), append('a2', { fresh: true })], [append('b1', { fresh: true })]],
    budget: { cuts: 1, timeouts: 1, expiries: 2 },
  },
  {
    name: 'a write that makes no session',
    programs: [
      [append('a1', { creates: false }), append('a2', { creates: false })],
      [append('b1')],
    ],
    budget: { cuts: 2, timeouts: 1, expiries: 1 },
  },
  {
    name: 'a repeat from another process',
    programs: [
      [append('a1'), append('a2')],
      [append('b1', { repeats: 'a1' }), append('b2')],
    ],
    budget: { cuts: 1, timeouts: 1 },
  },
  {
    name: 'a repeat of a later number, and the session expires',
    programs: [[append('a1'), append('a2')], [append('b1', { repeats: 'a2', fresh: true })]],
    budget: { cuts: 1, timeouts: 2, expiries: 1, silentResends: 1 },
  },
  {
    name: 'two repeats of one write',
    programs: [
      [append('a1')],
      [append('b1', { repeats: 'a1' })],
      [append('c1', { repeats: 'a1', fresh: true })],
    ],
    budget: { cuts: 1, timeouts: 2, silentResends: 1 },
  },
  {
    name: 'one operation, by two processes',
    programs: [
      [append('a1', { operation: OPERATION }), append('a2')],
      [append('b1', { operation: OPERATION }), append('b2')],
    ],
    budget: { cuts: 1, timeouts: 1 },
  },
  {
    name: 'two creates',
    programs: [[{ name: 'a1', kind: 'create' }, append('a2')], [{ name: 'b1', kind: 'create' }]],
    budget: { cuts: 1, silentResends: 1 },
  },
  {
    name: 'a lock between attempts',
    programs: [[append('a1'), append('a2')]],
    budget: { cuts: 2, timeouts: 1, locks: 2, unknownScripts: 1 },
  },
  {
    name: 'a lock before a pop and a delete',
    programs: [[append('a1'), { name: 'a2', kind: 'pop' }], [{ name: 'b1', kind: 'delete' }]],
    budget: { cuts: 1, timeouts: 1, locks: 1 },
  },
  {
    name: 'writers that are forgotten',
    programs: [
      [append('a1'), append('a2')],
      [append('b1', { repeats: 'a1' }), append('b2')],
    ],
    budget: { cuts: 1, timeouts: 1, idleWriters: 2, silentResends: 1 },
  },
  {
    name: 'a server at its memory limit',
    programs: [[append('a1'), append('a2'), append('a3')]],
    budget: { cuts: 2, timeouts: 1, memoryLimits: 2, refusals: 1 },
  },
  {
    name: 'documents of the Python class',
    programs: [
      [append('a1', { fresh: true }), append('a2', { fresh: true })],
      [{ name: 'b1', kind: 'pop' }],
    ],
    budget: { cuts: 1, timeouts: 1, expiries: 1, pythonDocuments: 1 },
  },
];
