/**
 * Every method of a session that takes options, called with them.
 *
 * @module
 */
import type { CallOptions } from '../session/call-options.ts';
import type { WriteOptions } from '../session/writing/caller-operation.ts';
import type { JSONSession } from '../session/session.ts';
import { callItem, userItem } from './conversation.ts';

/** Calls by name. */
type Reads = Readonly<
  Record<string, (session: JSONSession, options: CallOptions) => Promise<unknown>>
>;
type Writes = Readonly<
  Record<string, (session: JSONSession, options: WriteOptions) => Promise<unknown>>
>;

/**
 * Calls that take no operation id, or one of another place.
 */
export const READS_WITH_OPTIONS: Reads = {
  getItems: (session, options) => session.getItems(undefined, undefined, options),
  getMessages: (session, options) => session.getMessages({}, options),
  getTurns: (session, options) => session.getTurns(options),
  getMetadata: (session, options) => session.getMetadata(options),
  toAgentInputs: (session, options) => session.toAgentInputs(options),
  getHandoffContext: (session, options) => session.getHandoffContext(options),
  query: (session, options) => session.query('$.messages[*].role', options),
  fork: (session, options) => session.fork(options),
  trim: (session, options) => session.trim({ maxMessages: 100 }, options),
  currentAgent: (session, options) => session.currentAgent([], undefined, options),
  applyHistoryTransaction: (session, options) =>
    session.applyHistoryTransaction(
      { operationId: 'first', transaction: { type: 'append_items', items: [userItem('More')] } },
      undefined,
      options,
    ),
};

/**
 * Writes. The message that `undoTo` names is not there.
 */
export const WRITES_WITH_OPTIONS: Writes = {
  addMessage: (session, options) => session.addMessage({ role: 'user', content: 'Hi' }, options),
  addItems: (session, options) => session.addItems([userItem('Hi')], undefined, options),
  trackAgent: (session, options) => session.trackAgent('Triage', options),
  setHandoffContext: (session, options) => session.setHandoffContext({ to: 'Triage' }, options),
  setAttributes: (session, options) => session.setAttributes({ title: 'Trip' }, options),
  popItem: (session, options) => session.popItem(undefined, options),
  popTurn: (session, options) => session.popTurn(options),
  undoTo: (session, options) => session.undoTo('0123456789abcdef', options),
  clear: (session, options) => session.clear(options),
  clearSession: (session, options) => session.clearSession(undefined, options),
  replaceHistoryWithCompaction: (session, options) =>
    session.replaceHistoryWithCompaction([userItem('Short')], undefined, options),
  applyHistoryMutations: (session, options) =>
    session.applyHistoryMutations(
      {
        mutations: [
          {
            type: 'replace_function_call',
            callId: 'call-1',
            replacement: callItem('call-1') as never,
          },
        ],
      },
      options,
    ),
  touch: (session, options) => session.touch(options),
  create: (session, options) => session.create(options),
  delete: (session, options) => session.delete(options),
};
