/**
 * Every public method of a session, called once as it is meant to be.
 *
 * @module
 */
import { JSONSession } from '../../src/index.ts';

/** Calls by the name of their method. */
type CallTable = Readonly<Record<string, (session: JSONSession) => Promise<unknown>>>;

/**
 * Those that do without a session: they give nothing, find nothing, or create one.
 */
export const WITHOUT_SESSION: CallTable = {
  getItems: (session) => session.getItems(),
  getMessages: (session) => session.getMessages(),
  getTurns: (session) => session.getTurns(),
  toAgentInputs: (session) => session.toAgentInputs(),
  getHandoffContext: (session) => session.getHandoffContext(),
  currentAgent: (session) => session.currentAgent([{ name: 'Triage' }]),
  addItems: (session) => session.addItems([{ role: 'user', content: 'Hello' }]),
  addMessage: (session) => session.addMessage({ role: 'user', content: 'Hello' }),
  trackAgent: (session) => session.trackAgent('Triage'),
  setHandoffContext: (session) => session.setHandoffContext({ to: 'Triage' }),
  setAttributes: (session) => session.setAttributes({ title: 'Trip' }),
  replaceHistoryWithCompaction: (session) =>
    session.replaceHistoryWithCompaction([{ role: 'user', content: 'Summary' }]),
  applyHistoryMutations: (session) =>
    session.applyHistoryMutations({
      mutations: [
        {
          type: 'replace_function_call',
          callId: 'call-1',
          replacement: { type: 'function_call', callId: 'call-1', name: 'go', arguments: '{}' },
        },
      ],
    }),
  popItem: (session) => session.popItem(),
  undoTo: (session) => session.undoTo('0123456789abcdef'),
  popTurn: (session) => session.popTurn(),
  once: (session) => session.once('job-1', () => 'done'),
  exclusive: (session) => session.exclusive(() => 'done', { wait: 0 }),
};

/**
 * Those that say the same of a session which is not there as of one which is not the caller's.
 */
export const WITH_SESSION: CallTable = {
  load: async (session) => session,
  getMetadata: (session) => session.getMetadata(),
  query: (session) => session.query('$'),
  fork: (session) => session.fork(),
  trim: (session) => session.trim({ maxMessages: 1 }),
  touch: (session) => session.touch(),
  clear: (session) => session.clear(),
  clearSession: (session) => session.clearSession(),
  delete: (session) => session.delete(),
  applyHistoryTransaction: (session) =>
    session.applyHistoryTransaction({
      operationId: 'first',
      transaction: {
        type: 'replace_suffix',
        expectedSuffix: [{ role: 'user', content: 'Hello' }],
        replacement: [{ role: 'user', content: 'Good day' }],
      },
    }),
};

/** Those that ask no store. */
const WITHOUT_STORE = [
  'constructor',
  'sessionId',
  'userId',
  'getSessionId',
  'prepareHistoryItemsForPersistenceComparison',
  'prepareItems',
  'close',
];

/** Those that make a session of their own. */
const STATIC = ['open', 'create', 'load'];

/**
 * Gives the methods of a session that are in none of these tables.
 */
export function forgottenMethods(): string[] {
  const known = new Set([
    ...Object.keys(WITHOUT_SESSION),
    ...Object.keys(WITH_SESSION),
    ...WITHOUT_STORE,
    ...STATIC,
  ]);
  return [...methodsOf(JSONSession.prototype), ...methodsOf(JSONSession)].filter(
    (name) => !known.has(name),
  );
}

function methodsOf(object: object): string[] {
  const own = Object.getOwnPropertyNames(object).filter(
    (name) => !['length', 'name', 'prototype'].includes(name),
  );
  const parent = Object.getPrototypeOf(object) as object | null;
  const isEnd = parent === null || parent === Object.prototype || parent === Function.prototype;
  return isEnd ? own : [...own, ...methodsOf(parent)];
}
