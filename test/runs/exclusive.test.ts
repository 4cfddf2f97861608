/**
 * Runs that have their session to themselves, in more than one process, and processes that die or stand
 * still meanwhile.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { runScript, type ScriptEnd } from '../processes/run-script.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { EVERY_SETTING } from './every-setting.ts';
import { assistant, user } from './expected-items.ts';
import { historyOf } from './history.ts';
import { OtherProcess } from './other-process.ts';
import { openSession, type Setting } from './setting.ts';
import { takeTurn } from './take-turn.ts';
import { newTravel } from './travel-agent.ts';
import { answerTo, takeTurns } from './turns.ts';

const ROUNDS = 4;
/** Items of a turn: question, call, result, answer. */
const TURN = 4;
const LEASE_MS = 3000;

let processes: OtherProcess[];

beforeAll(async () => {
  processes = await Promise.all([OtherProcess.start(), OtherProcess.start()]);
});

afterAll(async () => {
  await Promise.all(processes.map((other) => other.end()));
});

describe.each(EVERY_SETTING)('runs of several processes, $title', ({ newSetting }) => {
  test('come one after the other, and each sees all before it', async () => {
    const setting = newSetting();
    const turnsOf = (who: number) => ({
      ...setting,
      questions: Array.from({ length: ROUNDS }, (_, round) => `${who}/${round}`),
    });

    const reports = await Promise.all([
      takeTurns(turnsOf(0)),
      ...processes.map((other, index) => other.do(turnsOf(index + 1))),
    ]);

    const history = await historyOf(setting);
    const texts = (await messagesOf(setting)).map(({ content }) => content);
    expect(history).toHaveLength(reports.length * ROUNDS * TURN);
    for (const { failure, inputs, output } of reports.flat()) {
      expect(failure).toBeNull();
      const [first] = inputs;
      const length = first?.length ?? 0;
      // What the model was sent is what stands before its answer: nobody came in between.
      expect(first).toStrictEqual(history.slice(0, length));
      const question = texts[length - 1] ?? '';
      expect(output).toBe(answerTo(question));
      expect(texts[length + TURN - 2]).toBe(output);
    }
    for (const who of reports.keys()) {
      const own = texts.filter((text) => text.startsWith(`${who}/`));
      expect(own).toEqual(turnsOf(who).questions);
    }
  });
});

describe.each(SHARED_STORES)('a process that has a session in %s', (_, newUrl) => {
  function newSetting(): Setting {
    const address = { url: newUrl(), keyPrefix: ownPrefix(), sessionId: 'trip' };
    return { ...address, ttl: 600, stream: false };
  }

  /** Takes a turn with the session to itself, in this process. */
  async function takeOwnTurn(setting: Setting, wait: number): Promise<void> {
    await using session = openSession(setting);
    const { agent } = newTravel([{ says: 'Yours.' }]);
    const turn = async () => takeTurn(agent, 'Mine?', { session, stream: false });
    await session.exclusive(turn, { wait });
  }

  test('and is killed holds the others up until its lease is over', async () => {
    const setting = newSetting();
    const end = await holdElsewhere(setting, (pid) => process.kill(pid, 'SIGKILL'));
    expect(end).toMatchObject({ code: null, errors: '' });
    await expectFailure('session_locked', () => takeOwnTurn(setting, 0));

    await takeOwnTurn(setting, 30_000);

    expect(await historyOf(setting)).toStrictEqual([user('Mine?'), assistant('Yours.')]);
  });

  test('and stands still for too long cannot write any more', async () => {
    const setting = newSetting();
    let own: Promise<void> = Promise.resolve();
    const end = await holdElsewhere(setting, (pid, goOn) => {
      process.kill(pid, 'SIGSTOP');
      own = takeOwnTurn(setting, 30_000).finally(() => {
        process.kill(pid, 'SIGCONT');
        goOn();
      });
    });
    await own;

    expect(end).toMatchObject({ code: 0, errors: '' });
    expect(end.output).toContain('failed: lease_lost, aborted: true');
    expect(await historyOf(setting)).toStrictEqual([user('Mine?'), assistant('Yours.')]);
  });

  test('and works for longer than its lease keeps it', async () => {
    const setting = newSetting();
    let own: Promise<void> = Promise.resolve();
    const end = await holdElsewhere(setting, (_pid, goOn) => {
      own = takeOwnTurn(setting, 30_000);
      setTimeout(goOn, LEASE_MS * 1.5);
    });
    await own;

    expect(end.output).toContain('done');
    const before = [user('Theirs?'), assistant('Done.')];
    expect(await historyOf(setting)).toStrictEqual([...before, user('Mine?'), assistant('Yours.')]);
  });
});

async function messagesOf(setting: Setting) {
  await using session = openSession(setting);
  return await session.getMessages();
}

/**
 * Runs another process that has the session to itself, until it ends. Its model is being asked when
 * `onHeld` is called, and answers once it is told to go on.
 */
async function holdElsewhere(
  setting: Setting,
  onHeld: (pid: number, goOn: () => void) => void,
): Promise<ScriptEnd> {
  const script = `
    import { once } from 'node:events';
    import { assistantMessage, modelResponder, ScriptedModel } from '@openai/agents-core/testing';
    import { Agent } from '@openai/agents-core';
    import { openSession } from '${new URL('setting.ts', import.meta.url).href}';
    import { takeTurn } from '${new URL('take-turn.ts', import.meta.url).href}';

    const session = openSession(${JSON.stringify(setting)});
    const respond = modelResponder(async () => {
      console.log('held by ' + process.pid);
      await once(process.stdin, 'data');
      return [assistantMessage('Done.')];
    });
    const agent = new Agent({ name: 'Travel', model: new ScriptedModel([respond]) });
    let signal;
    try {
      await session.exclusive((lease) => {
        signal = lease.signal;
        return takeTurn(agent, 'Theirs?', { session, stream: false });
      }, { lease: ${LEASE_MS} });
      console.log('done');
    } catch (error) {
      console.log('failed: ' + error.code + ', aborted: ' + signal?.aborted);
    }
    await session.close();
    await closeStores();
    process.stdin.destroy();
  `;
  return runScript(script, {
    onLine: (line, send) => {
      const [, pid] = /^held by (\d+)$/u.exec(line) ?? [];
      if (pid !== undefined) onHeld(Number(pid), () => send('go on'));
    },
  });
}
