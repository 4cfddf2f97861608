/**
 * What the page asks of all sessions.
 *
 * @module
 */
import type { Context, Hono } from 'hono';

import packageJson from '../../../package.json' with { type: 'json' };
import type { SessionOrder, SessionQuery } from '../../directory/index.ts';
import type { MessageRole } from '../../index.ts';
import type { InspectedStore } from '../inspected-store.ts';
import { jsonAnswer } from './json-answer.ts';
import { QueryParameters } from './query-parameters.ts';
import { withSentNames } from './sent-names.ts';

const ROLES: readonly MessageRole[] = ['user', 'assistant', 'system', 'tool'];
const ORDERS: readonly SessionOrder[] = ['updated', 'created', 'id'];

/** What a request calls otherwise than the directory. */
const NAMES = { userId: 'user', updatedSince: 'since', parentId: 'parent', orderBy: 'order' };

/**
 * Adds the routes.
 *
 * @param write - Whether sessions can be changed.
 */
export function addListRoutes(api: Hono, inspected: InspectedStore, write: boolean): void {
  api.get('/info', async (context) => jsonAnswer(context, await info(inspected, write)));
  api.get('/sessions', async (context) => jsonAnswer(context, await list(context, inspected)));
  api.get('/sessions/count', async (context) =>
    jsonAnswer(context, await count(context, inspected)),
  );
  api.get('/search', async (context) => jsonAnswer(context, await search(context, inspected)));
  api.get('/stats', async (context) => jsonAnswer(context, await stats(context, inspected)));
}

async function info(inspected: InspectedStore, write: boolean): Promise<object> {
  const store = await inspected.store();
  const { name = 'unknown', namespace = null } = store.system?.() ?? {};
  return {
    version: packageJson.version,
    write,
    store: { name, namespace },
    keyPrefix: inspected.keyPrefix,
    canList: store.directory !== undefined,
    canSearch: await canSearch(inspected),
    canWatch: store.watch !== undefined,
  };
}

/** The messages of one user are read where nothing is kept that they are found by. */
async function search(context: Context, inspected: InspectedStore): Promise<object> {
  const parameters = new QueryParameters(context);
  const userId = parameters.text('user');
  const options = {
    userId,
    role: parameters.choice('role', ROLES),
    agent: parameters.text('agent'),
    since: parameters.time('since'),
    limit: parameters.wholeNumber('limit'),
    scan: userId !== undefined && !(await canSearch(inspected)),
    signal: context.req.raw.signal,
  };
  const text = parameters.text('text') ?? '';
  return withSentNames(NAMES, async () => inspected.directory.search(text, options));
}

async function canSearch(inspected: InspectedStore): Promise<boolean> {
  const { directory } = await inspected.store();
  return directory?.search !== undefined;
}

async function list(context: Context, inspected: InspectedStore): Promise<object> {
  const parameters = new QueryParameters(context);
  const options = {
    ...queryOf(context),
    orderBy: parameters.choice('order', ORDERS),
    descending: parameters.boolean('descending'),
    limit: parameters.wholeNumber('limit'),
    cursor: parameters.text('cursor'),
    signal: context.req.raw.signal,
  };
  return withSentNames(NAMES, async () => inspected.directory.list(options));
}

async function count(context: Context, inspected: InspectedStore): Promise<object> {
  const options = { ...queryOf(context), signal: context.req.raw.signal };
  return { count: await withSentNames(NAMES, async () => inspected.directory.count(options)) };
}

async function stats(context: Context, inspected: InspectedStore): Promise<object> {
  const options = { ...queryOf(context), signal: context.req.raw.signal };
  const { users, agents, days, ...all } = await withSentNames(NAMES, async () =>
    inspected.directory.stats(options),
  );
  return { ...all, users: toObject(users), agents: toObject(agents), days: toObject(days) };
}

/**
 * Gives which sessions a request is about.
 */
function queryOf(context: Context): SessionQuery {
  const parameters = new QueryParameters(context);
  return {
    userId: parameters.text('user'),
    agent: parameters.text('agent'),
    updatedSince: parameters.time('since'),
    parentId: parameters.text('parent'),
  };
}

/** Not by assignment: somebody can have the name of a prototype's member. */
function toObject<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries(map);
}
