/**
 * Every public parameter of a session, and what must be stored where a value for it was accepted.
 *
 * @module
 */
import { expect } from 'vitest';

import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession } from '../../src/index.ts';
import { READS_WITH_OPTIONS, WRITES_WITH_OPTIONS } from '../../src/testing/every-option.ts';

/**
 * One parameter.
 */
export interface Parameter {
  /** Method and parameter. */
  readonly name: string;
  /** What an error about it may name: the beginning of its `field`. */
  readonly fields: readonly string[];
  /** What the session needs before each value. */
  readonly prepare?: (session: Untyped) => Promise<unknown>;
  /** Hands a value over for it. */
  readonly call: (session: Untyped, value: unknown) => Promise<unknown>;
  /** Checks the document after a value was accepted. */
  readonly check?: (document: SessionDocument, value: unknown) => void;
}

/** What JavaScript makes of a session: nothing keeps a value from a parameter. */
export type Untyped = Record<keyof JSONSession, (...args: unknown[]) => Promise<unknown>>;

/** Calls that want another session each time. */
const ENDS: ReadonlySet<string> = new Set(['create', 'delete']);
/** What the calls of every-option.ts can miss: the message that one names. */
const FIELDS_OF_CALLS = ['messageId'];
const USER = { role: 'user', content: 'Hello' };
const CALL = { type: 'function_call', callId: 'call-1', name: 'go', arguments: '{}' };

function last(document: SessionDocument): SessionDocument['messages'][number] {
  const entry = document.messages.at(-1);
  if (entry === undefined) throw new Error('there is no message');
  return entry;
}

/** As JSON holds it, with halves of surrogate pairs repaired. */
function asJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'string' ? member.toWellFormed() : member,
  ) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
}

function wellFormed(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${typeof value} was taken for a text`);
  return value.toWellFormed();
}

/** As a merge patch leaves it: null removes a member, in objects too. */
function merged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return value ?? undefined;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([name, member]) => [name, merged(member)]));
}

/** A name for a member; of what is no text, none. */
function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : 'name';
}

/** Of ids nothing is stored but digests. */
function checkOperations(document: SessionDocument): void {
  const { operations = {} } = document as { operations?: object };
  for (const id of Object.keys(operations)) expect(id).toMatch(/^[\da-f]{64,66}$/u);
}

function transaction(part: object, operationId: unknown = 'first'): unknown {
  return { operationId, transaction: { type: 'append_items', items: [USER], ...part } };
}

const MESSAGES: readonly Parameter[] = [
  {
    name: 'addMessage message',
    fields: ['message', 'role', 'content'],
    call: (session, value) => session.addMessage(value),
  },
  {
    name: 'addMessage role',
    fields: ['role'],
    call: (session, role) => session.addMessage({ role, content: 'Hello' }),
  },
  {
    name: 'addMessage content',
    fields: ['content'],
    call: (session, content) => session.addMessage({ role: 'user', content }),
    check: (document, value) => expect(last(document).content).toBe(wellFormed(value)),
  },
  {
    name: 'addMessage agent',
    fields: ['agent'],
    call: (session, agent) => session.addMessage({ ...USER, agent }),
    check: (document, value) => expect(last(document).agent).toBe(wellFormed(value)),
  },
  {
    name: 'addMessage operationId',
    fields: ['operationId'],
    call: (session, operationId) => session.addMessage({ ...USER, operationId }),
    check: checkOperations,
  },
  {
    name: 'addMessage tokens',
    fields: ['tokens'],
    call: (session, tokens) => session.addMessage({ ...USER, tokens }),
    check: (document, value) => expect(last(document).tokens).toBe(Number(value) + 0),
  },
  ...['limit', 'role', 'agent', 'since', 'before', 'includeCompaction'].map((field) => ({
    name: `getMessages ${field}`,
    fields: [field],
    call: (session: Untyped, value: unknown) => session.getMessages({ [field]: value }),
  })),
  {
    name: 'getMessages filter',
    fields: ['filter', 'limit', 'role'],
    call: (session, value) => session.getMessages(value),
  },
  ...['maxMessages', 'maxAge'].map((limit) => ({
    name: `trim ${limit}`,
    fields: [limit, 'limits'],
    call: (session: Untyped, value: unknown) => session.trim({ [limit]: value }),
  })),
  {
    name: 'trim limits',
    fields: ['limits', 'maxMessages', 'maxAge'],
    call: (session, value) => session.trim(value),
  },
  {
    name: 'query path',
    fields: ['path'],
    call: (session, value) => session.query(value),
  },
  ...(['names', 'texts'] as const).map((place): Parameter => ({
    name: `query ${place}`,
    fields: ['path'],
    // What is taken names nothing of a session: a name and a text end nowhere but where they should.
    call: async (session, value) => {
      const text = typeof value === 'string' ? JSON.stringify(value) : '"x"';
      const path = place === 'names' ? `$[${text}].x` : `$.messages[?@.content == ${text}].x`;
      const values = (await session.query(path)) as unknown[];
      if (values.length > 0) throw new TypeError(`${path} has found something`);
    },
  })),
  {
    name: 'fork upTo',
    fields: ['upTo'],
    call: async (session, upTo) => {
      const fork = (await session.fork({ upTo })) as JSONSession;
      await fork.delete();
    },
  },
  {
    name: 'fork sessionId',
    fields: ['sessionId'],
    call: async (session, sessionId) => {
      const fork = (await session.fork({ sessionId })) as JSONSession;
      await fork.delete();
    },
  },
  {
    name: 'undoTo messageId',
    fields: ['messageId'],
    call: (session, value) => session.undoTo(value),
  },
];

const ITEMS: readonly Parameter[] = [
  {
    name: 'getItems limit',
    fields: ['limit'],
    call: (session, value) => session.getItems(value),
  },
  { name: 'addItems items', fields: ['items'], call: (session, value) => session.addItems(value) },
  {
    name: 'addItems options',
    fields: ['options', 'operationId'],
    call: (session, value) => session.addItems([USER], undefined, value),
  },
  {
    name: 'addItems operationId',
    fields: ['operationId'],
    call: (session, operationId) => session.addItems([USER], undefined, { operationId }),
    check: checkOperations,
  },
  {
    name: 'addItems item',
    fields: ['items[1]'],
    call: (session, value) => session.addItems([USER, value]),
  },
  ...['role', 'content', 'type', 'id', 'callId', 'output', 'providerData'].map((name) => ({
    name: `addItems ${name} of an item`,
    fields: ['items[0]'],
    call: (session: Untyped, value: unknown) => session.addItems([{ ...USER, [name]: value }]),
  })),
  {
    name: 'addItems key of an item',
    fields: ['items[0]'],
    call: (session, value) => session.addItems([{ ...USER, [nameOf(value)]: 1 }]),
    check: (document, value) => {
      const { item } = last(document);
      const text = JSON.stringify(item ?? null);
      expect(text).toContain(JSON.stringify(nameOf(value).toWellFormed()));
    },
  },
  {
    name: 'replaceHistoryWithCompaction items',
    fields: ['items'],
    call: (session, value) => session.replaceHistoryWithCompaction(value),
  },
  {
    name: 'replaceHistoryWithCompaction item',
    fields: ['items[0]'],
    call: (session, value) => session.replaceHistoryWithCompaction([value]),
  },
  {
    name: 'applyHistoryMutations',
    fields: ['args', 'mutations'],
    call: (session, value) => session.applyHistoryMutations(value),
  },
  {
    name: 'applyHistoryMutations mutations',
    fields: ['mutations'],
    call: (session, mutations) => session.applyHistoryMutations({ mutations }),
  },
  {
    name: 'applyHistoryMutations mutation',
    fields: ['mutations[0]', 'mutations[0].callId', 'mutations[0].replacement'],
    call: (session, value) => session.applyHistoryMutations({ mutations: [value] }),
  },
  {
    name: 'applyHistoryMutations replacement',
    fields: ['mutations[0].replacement', 'replacement'],
    prepare: async (session) => {
      await session.clear();
      await session.addItems([CALL]);
    },
    call: (session, replacement) =>
      session.applyHistoryMutations({
        mutations: [{ type: 'replace_function_call', callId: 'call-1', replacement }],
      }),
  },
  {
    name: 'applyHistoryMutations callId',
    fields: ['mutations[0].callId'],
    call: (session, callId) =>
      session.applyHistoryMutations({
        mutations: [{ type: 'replace_function_call', callId, replacement: CALL }],
      }),
  },
  {
    name: 'applyHistoryTransaction',
    fields: [],
    call: (session, value) => session.applyHistoryTransaction(value),
  },
  {
    name: 'applyHistoryTransaction operationId',
    fields: [],
    call: (session, value) => session.applyHistoryTransaction(transaction({}, value)),
    check: checkOperations,
  },
  ...['type', 'items', 'expectedSuffix', 'replacement'].map((name) => ({
    name: `applyHistoryTransaction ${name}`,
    fields: ['items['],
    call: (session: Untyped, value: unknown) =>
      session.applyHistoryTransaction(transaction({ type: 'replace_suffix', [name]: value })),
  })),
  {
    name: 'applyHistoryTransaction item',
    fields: ['items[0]'],
    call: (session, value) => session.applyHistoryTransaction(transaction({ items: [value] })),
  },
];

const HEAD: readonly Parameter[] = [
  {
    name: 'trackAgent name',
    fields: ['name'],
    call: (session, value) => session.trackAgent(value),
    check: (document, value) => {
      expect(document.metadata.current_agent).toBe(wellFormed(value));
      expect(document.metadata.agents_used.at(-1)).toBe(wellFormed(value));
    },
  },
  {
    name: 'setHandoffContext context',
    fields: ['context'],
    call: (session, value) => session.setHandoffContext(value),
    check: (document, value) => expect(document.handoff_context).toEqual(asJson(value)),
  },
  {
    name: 'setAttributes attributes',
    fields: ['attributes'],
    call: (session, value) => session.setAttributes(value),
    check: (document, value) => {
      const { attributes } = document as unknown as { attributes: object };
      expect(attributes).toMatchObject(merged(asJson(value)) as object);
    },
  },
  {
    name: 'setAttributes value',
    fields: ['attributes'],
    prepare: (session) => session.setAttributes({ kept: null }),
    call: (session, value) => session.setAttributes({ kept: value }),
    check: (document, value) => {
      const { kept } = (document as unknown as { attributes: { kept?: unknown } }).attributes;
      expect(kept).toEqual(merged(asJson(value)));
    },
  },
  {
    name: 'setAttributes name',
    fields: ['attributes'],
    call: (session, value) => session.setAttributes({ [nameOf(value)]: 1 }),
    check: (document, value) => {
      const { attributes } = document as unknown as { attributes: object };
      expect(Object.entries(attributes)).toContainEqual([nameOf(value), 1]);
    },
  },
  {
    name: 'currentAgent agents',
    fields: ['agents'],
    call: (session, value) => session.currentAgent(value),
  },
  {
    name: 'currentAgent agent',
    fields: ['agents'],
    call: (session, value) => session.currentAgent([value, { name: value }]),
  },
  {
    name: 'once jobId',
    fields: ['jobId'],
    call: (session, value) => session.once(value, () => 'done'),
  },
  {
    name: 'exclusive options',
    fields: ['options', 'wait', 'lease'],
    call: (session, value) => session.exclusive(() => 'done', value),
  },
  {
    name: 'exclusive wait',
    fields: ['wait'],
    call: (session, wait) => session.exclusive(() => 'done', { wait }),
  },
  {
    name: 'exclusive lease',
    fields: ['lease'],
    call: (session, lease) => session.exclusive(() => 'done', { lease }),
  },
  {
    name: 'exclusive fn',
    fields: ['fn'],
    call: (session, value) => session.exclusive(value),
  },
  { name: 'once fn', fields: ['fn'], call: (session, value) => session.once('job', value) },
  {
    name: 'prepareHistoryItemsForPersistenceComparison items',
    fields: ['items'],
    call: async (session, value) => session.prepareHistoryItemsForPersistenceComparison([value]),
  },
];

/** Options are the last parameter of every call that reaches the store. */
const OPTIONS: readonly Parameter[] = [
  ...Object.entries({ ...READS_WITH_OPTIONS, ...WRITES_WITH_OPTIONS })
    .filter(([name]) => !ENDS.has(name))
    .map(([name, call]): Parameter => ({
      name: `${name} with options`,
      fields: ['options', 'timeoutMs', 'signal', 'operationId', ...FIELDS_OF_CALLS],
      call: async (session, value) => {
        const result = await call(session as unknown as JSONSession, value as object);
        // A fork is a session of its own.
        if (result instanceof JSONSession) await result.delete();
      },
    })),
  ...(['timeoutMs', 'signal', 'operationId'] as const).map((field): Parameter => ({
    name: `popItem ${field}`,
    fields: [field],
    call: (session, value) => session.popItem(undefined, { [field]: value }),
    check: checkOperations,
  })),
  ...Object.entries(WRITES_WITH_OPTIONS)
    .filter(([name]) => !ENDS.has(name))
    .map(([name, call]): Parameter => ({
      name: `${name} with operationId`,
      fields: ['operationId', ...FIELDS_OF_CALLS],
      call: (session, operationId) =>
        call(session as unknown as JSONSession, { operationId } as object),
      check: checkOperations,
    })),
  {
    name: 'exclusive signal',
    fields: ['signal'],
    call: (session, signal) => session.exclusive(() => 'done', { signal }),
  },
];

/**
 * Parameters of methods.
 */
export const PARAMETERS: readonly Parameter[] = [...MESSAGES, ...ITEMS, ...HEAD, ...OPTIONS];
