/**
 * Every method of a session that reaches its store.
 *
 * @module
 */
import { JSONSession, type JSONSessionOptions } from '../../../src/index.ts';

type Call = (options: JSONSessionOptions) => Promise<unknown>;

function on(call: (session: JSONSession) => Promise<unknown>): Call {
  return async (options) => {
    const session = new JSONSession(options);
    try {
      return await call(session);
    } finally {
      await session.close();
    }
  };
}

/** Those that change nothing. */
export const READS: Readonly<Record<string, Call>> = {
  getItems: on((session) => session.getItems()),
  'getItems with a limit': on((session) => session.getItems(3)),
  'getItems(0)': on((session) => session.getItems(0)),
  toAgentInputs: on((session) => session.toAgentInputs()),
  getMessages: on((session) => session.getMessages({ role: 'user' })),
  getMetadata: on((session) => session.getMetadata()),
  getHandoffContext: on((session) => session.getHandoffContext()),
  currentAgent: on((session) => session.currentAgent([{ name: 'Writer' }])),
  load: ({ sessionId = '', ...options }) => JSONSession.load(sessionId, options),
};

/** Those that write. */
export const WRITES: Readonly<Record<string, Call>> = {
  create: on((session) => session.create()),
  'JSONSession.create': (options) => JSONSession.create(options),
  open: (options) => JSONSession.open(options),
  addMessage: on((session) => session.addMessage({ role: 'user', content: 'hello' })),
  addItems: on((session) => session.addItems([{ role: 'user', content: 'hello' }])),
  trackAgent: on((session) => session.trackAgent('Writer')),
  setHandoffContext: on((session) => session.setHandoffContext({ to: 'Writer' })),
  setAttributes: on((session) => session.setAttributes({ title: 'Trip' })),
  popItem: on((session) => session.popItem()),
  touch: on((session) => session.touch()),
  clear: on((session) => session.clear()),
  clearSession: on((session) => session.clearSession()),
  delete: on((session) => session.delete()),
  exclusive: on((session) => session.exclusive(() => {})),
};
