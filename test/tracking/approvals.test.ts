/**
 * Runs that wait for approvals and go on.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { OtherProcess } from '../runs/other-process.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { type Scripts, step } from './company.ts';
import { type Journey, newJourney, type Plan, WAYS } from './journey.ts';
import { expectRecorded } from './recorded.ts';
import { called, handsOver, said } from './script.ts';

let other: OtherProcess;

beforeAll(async () => {
  other = await OtherProcess.start();
});

afterAll(() => other.end());

const CASES = EVERY_SETTING.flatMap(({ title, newSetting }) =>
  WAYS.map((way) => ({ title: `${way}, ${title}`, newSetting, way })),
);

describe.each(CASES)('a run that waits and goes on $title', ({ newSetting, way }) => {
  function begin(setting: Setting, scripts: Scripts): Journey {
    const plan: Plan = { setting, way, scripts, start: 'Triage', says: 'Hello.', other };
    return newJourney(plan);
  }

  test.each(['approve', 'reject'] as const)('with the answer: %s', async (answer) => {
    const setting = newSetting();
    await using journey = begin(setting, {
      Triage: [step(1, said('I book.'), called('book', 'c1')), step(2, said('Done.'))],
    });
    expect(await journey.goOn()).toBeNull();
    await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage'],
      spent: { Triage: [1] },
    });

    expect(await journey.goOn({ answer })).toBeNull();

    const messages = await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage'],
      spent: { Triage: [1, 2] },
    });
    expect(messages).toHaveLength(5);
  });

  test('after a handoff, and hands over again later', async () => {
    const setting = newSetting();
    await using journey = begin(setting, {
      Triage: [step(1, said('To you.'), handsOver('Billing', 'h1')), step(5, said('Done.'))],
      Billing: [
        step(2, called('look', 'c1')),
        step(3, said('I book.'), called('book', 'c2')),
        step(4, said('Back.'), handsOver('Triage', 'h2')),
      ],
    });
    expect(await journey.goOn()).toBeNull();
    await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1], Billing: [2, 3] },
    });

    expect(await journey.goOn({ answer: 'approve' })).toBeNull();

    await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing', 'Billing > Triage'],
      spent: { Triage: [1, 5], Billing: [2, 3, 4] },
    });
  });

  test('with a handoff in the answer that waits', async () => {
    const setting = newSetting();
    await using journey = begin(setting, {
      Triage: [step(1, said('Both.'), called('book', 'c1'), handsOver('Billing', 'h1'))],
      Billing: [step(2, said('Both.')), step(3, said('Done.'))],
    });
    expect(await journey.goOn()).toBeNull();
    await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage'],
      spent: { Triage: [1] },
    });

    expect(await journey.goOn({ answer: 'approve' })).toBeNull();

    await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1], Billing: [2] },
    });
  });

  test('twice, with the same words each time', async () => {
    const setting = newSetting();
    await using journey = begin(setting, {
      Triage: [
        step(1, said('I book.'), called('book', 'c1')),
        step(2, said('I book.'), called('look', 'c2'), handsOver('Billing', 'h1')),
      ],
      Billing: [step(3, said('I book.'), called('book', 'c3')), step(4, said('I book.'))],
    });
    expect(await journey.goOn()).toBeNull();
    expect(await journey.goOn({ answer: 'approve' })).toBeNull();
    await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1, 2], Billing: [3] },
    });

    expect(await journey.goOn({ answer: 'reject' })).toBeNull();

    await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1, 2], Billing: [3, 4] },
    });
  });

  test('while another run of the session goes by', async () => {
    const setting = newSetting();
    await using journey = begin(setting, {
      Triage: [step(1, called('book', 'c1')), step(2, said('Done.'))],
    });
    expect(await journey.goOn()).toBeNull();
    const between = newJourney({
      setting,
      way: 'as text',
      scripts: { Passer: [step(3, said('Passing by.'))] },
      start: 'Passer',
      says: 'Wait.',
      other,
    });
    expect(await between.goOn()).toBeNull();

    expect(await journey.goOn({ answer: 'approve' })).toBeNull();

    await using session = openSession(setting);
    const messages = await session.getMessages();
    expect(messages.map(({ agent }) => agent)).toEqual([
      null,
      'Triage',
      null,
      'Passer',
      'Triage',
      'Triage',
    ]);
    const { usage, totalTokens } = await session.getMetadata();
    expect(totalTokens).toBe(usage.totalTokens);
    const runs = [await journey.run(), await between.run()];
    const totals = runs.map(({ result }) => result.state.usage.totalTokens);
    expect(usage.totalTokens).toBe(totals[0]! + totals[1]!);
    expect(usage.agents['Triage']?.totalTokens).toBe(totals[0]);
  });
});
