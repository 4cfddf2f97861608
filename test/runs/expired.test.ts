/**
 * Runs that waited for an approval until their session was gone.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { until } from '../../src/testing/until.ts';
import { EVERY_SETTING } from './every-setting.ts';
import { historyOf, isGone } from './history.ts';
import { OtherProcess } from './other-process.ts';
import { openSession, type Setting } from './setting.ts';
import { answer, takeTurn, type Turn } from './take-turn.ts';
import { newTravel } from './travel-agent.ts';

const ENDS = [
  {
    end: 'was deleted',
    ttl: 600,
    bringAbout: async (setting: Setting): Promise<void> => {
      expect(await historyOf(setting)).toHaveLength(2);
      await using session = openSession(setting);
      await session.delete();
    },
  },
  {
    end: 'expired',
    ttl: 1,
    bringAbout: async (setting: Setting): Promise<void> => {
      await until('the session has expired', () => isGone(setting));
    },
  },
];
const CASES = EVERY_SETTING.flatMap((setting) => ENDS.map((end) => ({ ...setting, ...end })));

let other: OtherProcess;

beforeAll(async () => {
  other = await OtherProcess.start();
});

afterAll(() => other.end());

describe.each(CASES)(
  'an approval for a session that $end, $title',
  ({ newSetting, ttl, bringAbout }) => {
    test('fails before the model is called, in every process', async () => {
      const setting = { ...newSetting(), ttl };
      const { sessionId, stream } = setting;
      const { agent, model, deeds } = newTravel([
        { calls: [{ tool: 'book', city: 'Oslo', callId: 'c1' }] },
        { says: 'Done.' },
      ]);
      await using session = openSession(setting);
      const { state } = await takeTurn(agent, 'Off I go.', { session, stream });
      answer(state, { c1: 'approve' });
      const resume = (): Promise<Turn> => takeTurn(agent, state, { session, stream });
      const input = { state: state.toString() };
      await bringAbout(setting);

      // A process that has not seen the session knows it by the result, which answers no call there.
      const elsewhere = await other.do({ ...setting, script: [{ says: 'Done.' }], input });
      await expectFailure('session_expired', resume, { sessionId });
      await expectFailure('session_expired', resume, { sessionId });

      expect(elsewhere).toMatchObject({ failure: { code: 'session_expired' }, inputs: [] });
      expect(model.calls).toHaveLength(1);
      // The SDK looks at the session after the tool has done its work, and then not again.
      expect([elsewhere.deeds, deeds]).toEqual([['book Oslo'], ['book Oslo']]);
      expect(await isGone(setting)).toBe(true);
    });
  },
);
