/**
 * Every call of a session that reaches its store.
 *
 * @module
 */
import { randomHex } from '../random-ids.ts';
import { say, userItem } from './conversation.ts';
import type { JSONSession } from '../session/session.ts';

/** Calls by name. */
export type Calls = Readonly<Record<string, (session: JSONSession) => Promise<unknown>>>;

/**
 * Writes that create the session where there is none.
 */
export const FIRST_WRITES: Calls = {
  addMessage: (session) => say(session, 'Hello'),
  addItems: (session) => session.addItems([userItem('Hello')]),
  trackAgent: (session) => session.trackAgent('Triage'),
  setHandoffContext: (session) => session.setHandoffContext({ from: 'Triage' }),
  setAttributes: (session) => session.setAttributes({ title: 'Trip' }),
  once: (session) => session.once(randomHex(8), () => session.setAttributes({})),
};

/**
 * Writes to a session that is there, but for its deletion.
 */
export const EVERY_WRITE: Calls = {
  ...FIRST_WRITES,
  popItem: (session) => session.popItem(),
  clear: (session) => session.clear(),
  clearSession: (session) => session.clearSession(),
};

/**
 * Reads.
 */
export const EVERY_READ: Calls = {
  getMessages: (session) => session.getMessages(),
  getMetadata: (session) => session.getMetadata(),
  toAgentInputs: (session) => session.toAgentInputs(),
  getHandoffContext: (session) => session.getHandoffContext(),
  currentAgent: (session) => session.currentAgent([{ name: 'Triage' }]),
  getItems: (session) => session.getItems(),
  'getItems with a limit': (session) => session.getItems(2),
  'getItems of none': (session) => session.getItems(0),
};

/**
 * All calls, but for create, delete and close.
 */
export const EVERY_CALL: Calls = {
  ...EVERY_READ,
  ...EVERY_WRITE,
  touch: (session) => session.touch(),
};
