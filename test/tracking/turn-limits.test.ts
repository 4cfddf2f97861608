/**
 * Runs that exceed their turns and go on with more.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERY_SETTING } from '../runs/every-setting.ts';
import { isGone } from '../runs/history.ts';
import { OtherProcess } from '../runs/other-process.ts';
import { openSession, type Setting } from '../runs/setting.ts';
import { isSdkSince } from '../sdk-versions/sdk-since.ts';
import { type Scripts, step } from './company.ts';
import { type Journey, newJourney, type Plan, WAYS } from './journey.ts';
import { expectRecorded, type Run } from './recorded.ts';
import { called, handsOver, said } from './script.ts';

const NO_STATE_AS_TEXT = /cannot be resumed safely/u;
/** Older releases of the SDK take what follows an approval for part of the turn that asked for it. */
const COUNTS_APPROVED = isSdkSince('0.20.0');

let other: OtherProcess;

beforeAll(async () => {
  other = await OtherProcess.start();
});

afterAll(() => other.end());

function begin(setting: Setting, way: Plan['way'], scripts: Scripts): Journey {
  return newJourney({ setting, way, scripts, start: 'Triage', says: 'Hello.', other });
}

/** The SDK stores the input of a run that is not streamed with its answer, or else not at all. */
function asStored(setting: Setting, run: Run): Run {
  return setting.stream ? run : { ...run, input: [] };
}

describe.each(EVERY_SETTING)(
  'a run that exceeds its turns and goes on, $title',
  ({ newSetting }) => {
    const scripts = {
      Triage: [
        step(1, called('look', 'c1')),
        step(2, called('look', 'c2')),
        step(3, said('Done.')),
      ],
    };

    test('in a session that was there', async () => {
      const setting = newSetting();
      await using session = openSession(setting);
      await session.create();
      await using journey = begin(setting, 'live', scripts);

      expect(await journey.goOn({ maxTurns: 2 })).toContain('Max turns');

      const spent = await session.getMetadata();
      expect(spent.agentsUsed).toEqual(['Triage']);
      expect(spent.totalTokens).toBe((await journey.run()).result.state.usage.totalTokens);
      expect(await journey.goOn({ maxTurns: 5 })).toBeNull();
      await expectRecorded(setting, [asStored(setting, await journey.run())], {
        agentsUsed: ['Triage'],
        spent: { Triage: [1, 2, 3] },
      });
    });

    test('in a session that it begins', async () => {
      const setting = newSetting();
      await using journey = begin(setting, 'live', scripts);
      expect(await journey.goOn({ maxTurns: 1 })).toContain('Max turns');
      expect(await isGone(setting)).toBe(!setting.stream);

      expect(await journey.goOn({ maxTurns: 5 })).toBeNull();

      await expectRecorded(setting, [asStored(setting, await journey.run())], {
        agentsUsed: ['Triage'],
        spent: { Triage: [1, 2, 3] },
      });
    });

    test('right after a handoff, and again after another', async () => {
      const setting = newSetting();
      await using journey = begin(setting, 'live', {
        Triage: [step(1, said('You.'), handsOver('Billing', 'h1')), step(4, said('You.'))],
        Billing: [step(2, called('look', 'c1')), step(3, said('You.'), handsOver('Triage', 'h2'))],
      });
      expect(await journey.goOn({ maxTurns: 1 })).toContain('Max turns');
      expect(await journey.goOn({ maxTurns: 3 })).toContain('Max turns');

      expect(await journey.goOn({ maxTurns: 5 })).toBeNull();

      await expectRecorded(setting, [asStored(setting, await journey.run())], {
        agentsUsed: ['Triage', 'Billing'],
        handoffs: ['Triage > Billing', 'Billing > Triage'],
        spent: { Triage: [1, 4], Billing: [2, 3] },
      });
    });

    test('not from its text, where it holds calls that are not stored: the SDK refuses it', async () => {
      const setting = newSetting();
      await using journey = begin(setting, 'as text', scripts);
      expect(await journey.goOn({ maxTurns: 1 })).toContain('Max turns');

      await expect(journey.goOn({ maxTurns: 5 })).rejects.toThrow(NO_STATE_AS_TEXT);
    });
  },
);

const CASES = EVERY_SETTING.flatMap(({ title, newSetting }) =>
  WAYS.map((way) => ({ title: `${way}, ${title}`, newSetting, way })),
);

describe.each(CASES)('a run that exceeds its turns and goes on $title', ({ newSetting, way }) => {
  test('after an approval', async () => {
    const setting = newSetting();
    await using journey = begin(setting, way, {
      Triage: [
        step(1, said('Both.'), handsOver('Billing', 'h1')),
        step(3, said('Both.'), called('look', 'c2')),
      ],
      Billing: [step(2, said('Both.'), called('book', 'c1')), step(4, said('Both.'))],
    });
    expect(await journey.goOn()).toBeNull();

    const limited = await journey.goOn({ answer: 'approve', maxTurns: 2 });
    if (COUNTS_APPROVED) {
      expect(limited).toContain('Max turns');
      expect(await journey.goOn({ maxTurns: 5 })).toBeNull();
    } else {
      expect(limited).toBeNull();
    }

    await expectRecorded(setting, [await journey.run()], {
      agentsUsed: ['Triage', 'Billing'],
      handoffs: ['Triage > Billing'],
      spent: { Triage: [1], Billing: [2, 4] },
    });
  });
});
