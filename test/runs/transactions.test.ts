/**
 * Transactions that more than one process sends.
 */
import type { AgentInputItem, SessionHistoryTransactionArgs } from '@openai/agents-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeStores } from '../../src/index.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { user } from './expected-items.ts';
import { historyOf } from './history.ts';
import { OtherProcess } from './other-process.ts';
import { openSession, type Setting } from './setting.ts';
import { applyAll } from './tasks.ts';

/** So many that the processes meet, whichever begins first. */
const ROUNDS = 25;
const NUMBERS = Array.from({ length: ROUNDS }, (_, index) => String(index));
const ANOTHER = {
  type: 'UserError',
  message: 'Session history operation was already applied with a different transaction.',
};

let processes: OtherProcess[];

beforeAll(async () => {
  processes = await Promise.all([OtherProcess.start(), OtherProcess.start()]);
});

afterAll(async () => {
  await Promise.all(processes.map((other) => other.end()));
});

function append(operationId: string, ...items: AgentInputItem[]): SessionHistoryTransactionArgs {
  return { operationId, transaction: { type: 'append_items', items } };
}

/** Puts another item before the newest one, as often as it is applied. */
function insert(operationId: string, newest: string, text: string): SessionHistoryTransactionArgs {
  const expectedSuffix = [user(newest)];
  const replacement = [user(text), user(newest)];
  return { operationId, transaction: { type: 'replace_suffix', expectedSuffix, replacement } };
}

describe.each(SHARED_STORES)('a transaction in %s', (_, newUrl) => {
  function newSetting(): Setting {
    const address = { url: newUrl(), keyPrefix: ownPrefix(), sessionId: 'trip' };
    return { ...address, ttl: 600, stream: false };
  }

  /** Both processes send the same at the same time; none is told of a failure. */
  async function sendFromBoth(
    setting: Setting,
    transactions: SessionHistoryTransactionArgs[],
  ): Promise<void> {
    const outcomes = await Promise.all(
      processes.map((other) => other.do({ ...setting, transactions })),
    );
    const applied = transactions.map(() => null);
    expect(outcomes).toEqual([applied, applied]);
  }

  test('appends once when two processes send it', async () => {
    const setting = newSetting();

    await sendFromBoth(
      setting,
      NUMBERS.map((number) => append(`append ${number}`, user(number))),
    );

    expect(await historyOf(setting)).toStrictEqual(NUMBERS.map(user));
  });

  test('replaces once when two processes send it', async () => {
    const setting = newSetting();
    await using session = openSession(setting);
    await session.addItems([user('first'), user('last')]);

    await sendFromBoth(
      setting,
      NUMBERS.map((number) => insert(`insert ${number}`, 'last', number)),
    );

    const history = ['first', ...NUMBERS, 'last'].map(user);
    expect(await historyOf(setting)).toStrictEqual(history);
  });

  test('is not applied again after a restart, however the history went on', async () => {
    const setting = newSetting();
    const transactions = [append('a', user('one'), user('two')), insert('b', 'two', 'between')];
    expect(await applyAll({ ...setting, transactions })).toEqual([null, null]);
    const session = openSession(setting);
    await session.addItems([user('three')]);
    await session.close();
    await closeStores();

    await sendFromBoth(setting, transactions);
    expect(await applyAll({ ...setting, transactions })).toEqual([null, null]);

    const history = ['one', 'between', 'two', 'three'].map(user);
    expect(await historyOf(setting)).toStrictEqual(history);
  });

  test('is refused in every process when its id stands for another one', async () => {
    const setting = newSetting();
    expect(await applyAll({ ...setting, transactions: [append('a', user('one'))] })).toEqual([
      null,
    ]);
    const transactions = [append('a', user('two')), insert('a', 'one', 'zero')];

    for (const other of processes) {
      expect(await other.do({ ...setting, transactions })).toMatchObject([ANOTHER, ANOTHER]);
    }

    expect(await historyOf(setting)).toStrictEqual([user('one')]);
  });
});
