/**
 * Every write of a session, each once, as it is made by hand or from a script.
 *
 * @module
 */
import type { JSONSession, WriteOptions } from '../../src/index.ts';

/**
 * One write.
 */
export interface SingleWrite {
  readonly name: string;
  /** Brings the session into the state that it finds, and gives the id of its third message. */
  readonly prepare: (session: JSONSession) => Promise<string>;
  readonly call: (session: JSONSession, options: WriteOptions, id: string) => Promise<unknown>;
  /** Whether it removes something that only the process knows which sent it. */
  readonly removes?: true;
  /** Whether the session is gone after it. */
  readonly isLast?: true;
}

async function prepared(session: JSONSession): Promise<string> {
  await session.addItems([
    { role: 'user', content: 'one' },
    { type: 'function_call', callId: 'call-1', name: 'go', arguments: '{}' },
    { role: 'user', content: 'three' },
  ]);
  const [third] = await session.getMessages({ limit: 1 });
  return third?.id ?? '';
}

type GivenWrite = Omit<SingleWrite, 'prepare'> & Partial<Pick<SingleWrite, 'prepare'>>;

function writes(given: readonly GivenWrite[]): SingleWrite[] {
  return given.map((write) => ({ prepare: prepared, ...write }));
}

/**
 * All of them.
 */
export const WRITES: readonly SingleWrite[] = writes([
  {
    name: 'addMessage',
    call: (session, options) =>
      session.addMessage({ role: 'user', content: 'new', tokens: 3 }, options),
  },
  {
    name: 'addItems',
    call: (session, options) =>
      session.addItems([{ role: 'user', content: 'new' }], undefined, options),
  },
  { name: 'trackAgent', call: (session, options) => session.trackAgent('Triage', options) },
  {
    name: 'setHandoffContext',
    call: (session, options) => session.setHandoffContext({ to: 'Triage' }, options),
  },
  {
    name: 'setAttributes',
    call: (session, options) => session.setAttributes({ title: 'Trip' }, options),
  },
  {
    name: 'popItem',
    call: (session, options) => session.popItem(undefined, options),
    removes: true,
  },
  { name: 'popTurn', call: (session, options) => session.popTurn(options), removes: true },
  { name: 'undoTo', call: (session, options, id) => session.undoTo(id, options), removes: true },
  { name: 'clear', call: (session, options) => session.clear(options) },
  { name: 'clearSession', call: (session, options) => session.clearSession(undefined, options) },
  {
    name: 'replaceHistoryWithCompaction',
    call: (session, options) =>
      session.replaceHistoryWithCompaction(
        [{ role: 'user', content: 'Short' }],
        undefined,
        options,
      ),
  },
  {
    name: 'applyHistoryMutations',
    call: (session, options) =>
      session.applyHistoryMutations(
        {
          mutations: [
            {
              type: 'replace_function_call',
              callId: 'call-1',
              replacement: {
                type: 'function_call',
                callId: 'call-1',
                name: 'went',
                arguments: '{}',
              },
            },
          ],
        },
        options,
      ),
  },
  { name: 'touch', call: (session, options) => session.touch(options) },
  {
    name: 'create',
    prepare: async () => '',
    call: (session, options) => session.create(options),
  },
  { name: 'delete', call: (session, options) => session.delete(options), isLast: true },
]);
