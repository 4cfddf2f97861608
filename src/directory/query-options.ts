/**
 * What callers say of the sessions that they look for.
 *
 * @module
 */
import { checkSignal } from '../deadline.ts';
import type { JsonObject } from '../document/document.ts';
import type { ListParams, SessionFilter, SessionOrder } from '../directory-store.ts';
import type { CallOptions } from '../session/call-options.ts';
import {
  checkArguments,
  checkBoolean,
  checkChoice,
  checkDate,
  checkId,
  checkInteger,
  checkJsonObject,
  checkName,
} from '../session/input-validation.ts';
import { readCursor } from './cursor.ts';

const ORDERS: readonly SessionOrder[] = ['updated', 'created', 'id'];
const USUAL_LIMIT = 50;
const MOST_LIMIT = 1000;

/**
 * Which sessions are meant: those that match everything that is given.
 */
export interface SessionQuery {
  /** The owner. */
  userId?: string | undefined;
  /** An agent that has been used. */
  agent?: string | undefined;
  /**
   * Members that the session's attributes must have: of objects each member that is given, anything
   * else as a whole.
   */
  attributes?: JsonObject | undefined;
  /** Written then or later. */
  updatedSince?: Date | undefined;
  /** Id of the session that they were forked off. */
  parentId?: string | undefined;
}

/**
 * A query, and what one call may take.
 */
export interface QueryOptions extends SessionQuery, CallOptions {}

/**
 * Options of `SessionDirectory.list`.
 */
export interface ListOptions extends QueryOptions {
  /**
   * By what they are in order: the time of the last write, that of the creation, or the id. A session
   * that is written to while you go through pages in the order `'updated'` changes its place.
   *
   * @defaultValue `'updated'`
   */
  orderBy?: SessionOrder | undefined;
  /**
   * Whether the newest, or the greatest id, comes first.
   *
   * @defaultValue `true`; with the order by id `false`
   */
  descending?: boolean | undefined;
  /**
   * The most sessions of the page, up to 1000.
   *
   * @defaultValue 50
   */
  limit?: number | undefined;
  /** That of the page before, to go on behind it. */
  cursor?: string | undefined;
}

/**
 * Checks a query.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export function checkQuery(options: QueryOptions): SessionFilter {
  const { userId, agent, attributes, updatedSince, parentId, signal } = checkArguments(
    options,
    'options',
  );
  checkSignal(signal);
  return {
    userId: userId === undefined ? undefined : checkId(userId, 'userId'),
    agent: agent === undefined ? undefined : checkName(agent, 'agent'),
    attributes: attributes === undefined ? undefined : checkJsonObject(attributes, 'attributes'),
    updatedSince:
      updatedSince === undefined ? undefined : checkDate(updatedSince, 'updatedSince') / 1000,
    parentId: parentId === undefined ? undefined : checkId(parentId, 'parentId'),
  };
}

/**
 * Checks a query for one page.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option that is wrong.
 */
export function checkListOptions(
  options: ListOptions,
): Omit<ListParams, 'keyPrefix' | 'timeoutMs' | 'signal'> {
  const filter = checkQuery(options);
  const orderBy = checkChoice(options.orderBy ?? 'updated', 'orderBy', ORDERS);
  const descending = checkBoolean(options.descending ?? orderBy !== 'id', 'descending');
  const order = { orderBy, descending };
  return {
    ...filter,
    ...order,
    limit: checkInteger(options.limit ?? USUAL_LIMIT, 'limit', 1, MOST_LIMIT),
    cursor: options.cursor === undefined ? undefined : readCursor(options.cursor, order),
  };
}
