/**
 * Runs whose answer an output guardrail blocks after their tools did something.
 */
import { OutputGuardrailTripwireTriggered, RunState, UserError } from '@openai/agents-core';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../../src/testing/expect-failure.ts';
import { EVERY_SETTING } from './every-setting.ts';
import { answered, assistant, called, user } from './expected-items.ts';
import { historyOf, isGone } from './history.ts';
import { type Loss, type LossySession, openLossySession } from './lossy-session.ts';
import { openSession, type Setting } from './setting.ts';
import { type State, takeTurn, type Turn } from './take-turn.ts';
import { type Call, type Guardrail, newTravel, type Step, type Travel } from './travel-agent.ts';

const ROME: Call = { tool: 'hold', city: 'Rome', callId: 'c1' };
const EFFECTS = [user('Off I go.'), called(ROME), answered(ROME, 'held Rome')];
/** What is accepted stands around what was kept already. */
const WHOLE = [
  user('Off I go.'),
  assistant('I hold it.'),
  called(ROME),
  answered(ROME, 'held Rome'),
  assistant('I promise.'),
];
const HOLDS: Step = { says: 'I hold it.', calls: [ROME] };
const NO_STATE_AS_TEXT =
  'Serialized output guardrail session transaction authority cannot be resumed safely. Start a new run from the persisted session history.';
const ANOTHER_END = 'Session history suffix no longer matches the transaction precondition.';

/** A run that was blocked. */
interface Blocked extends Travel, LossySession {
  readonly guardrail: Guardrail;
  readonly state: State;
  readonly resume: () => Promise<Turn>;
}

async function block(
  setting: Setting,
  { firstStep = HOLDS, firstWrite }: { firstStep?: Step; firstWrite?: Loss } = {},
): Promise<Blocked> {
  const guardrail = { blocks: true };
  const travel = newTravel([firstStep, { says: 'I promise.' }], guardrail);
  const lossy = await openLossySession(setting);
  const { session } = lossy;
  if (firstWrite !== undefined) lossy.lose('append', firstWrite);
  const { stream } = setting;
  const error: unknown = await takeTurn(travel.agent, 'Off I go.', { session, stream }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OutputGuardrailTripwireTriggered);
  const { state } = error as { state: State };
  const resume = (): Promise<Turn> => takeTurn(travel.agent, state, { session, stream });
  return { ...travel, ...lossy, guardrail, state, resume };
}

describe.each(EVERY_SETTING)('a run whose output is blocked, $title', ({ newSetting }) => {
  test('keeps what its tools did', async () => {
    const setting = newSetting();
    const { resume } = await block(setting);
    expect(await historyOf(setting)).toStrictEqual(EFFECTS);

    await expect(resume()).rejects.toBeInstanceOf(OutputGuardrailTripwireTriggered);

    expect(await historyOf(setting)).toStrictEqual(EFFECTS);
  });

  test('becomes whole when it is accepted later, once', async () => {
    const setting = newSetting();
    const { guardrail, resume, model, deeds } = await block(setting);
    guardrail.blocks = false;

    for (let time = 0; time < 3; time += 1) {
      expect(await resume()).toMatchObject({ output: 'I promise.' });
      expect(await historyOf(setting)).toStrictEqual(WHOLE);
    }

    expect(model.calls).toHaveLength(2);
    expect(deeds).toEqual(['hold Rome']);
  });

  test('becomes whole when its last words alone were kept back', async () => {
    const setting = newSetting();
    const { guardrail, resume } = await block(setting, { firstStep: { calls: [ROME] } });
    expect(await historyOf(setting)).toStrictEqual(EFFECTS);
    guardrail.blocks = false;

    for (let time = 0; time < 2; time += 1) {
      expect(await resume()).toMatchObject({ output: 'I promise.' });
      expect(await historyOf(setting)).toStrictEqual([...EFFECTS, assistant('I promise.')]);
    }
  });

  test.each<Loss>(['answer', 'request'])(
    'becomes whole when the %s of what keeps the effects was lost',
    async (loss) => {
      const setting = newSetting();
      const { guardrail, resume, losses } = await block(setting, { firstWrite: loss });
      // The SDK tells of the guardrail and not of the write that failed behind it.
      expect(losses()).toBe(1);
      if (loss === 'answer') expect(await historyOf(setting)).toStrictEqual(EFFECTS);
      else expect(await isGone(setting)).toBe(true);
      guardrail.blocks = false;

      expect(await resume()).toMatchObject({ output: 'I promise.' });

      expect(await historyOf(setting)).toStrictEqual(WHOLE);
    },
  );

  test.each<Loss>(['answer', 'request'])(
    'becomes whole when the %s of what makes it whole was lost',
    async (loss) => {
      const setting = newSetting();
      const { guardrail, resume, lose } = await block(setting);
      guardrail.blocks = false;
      lose('rewrite', loss);
      await expectFailure('outcome_unknown', resume);
      expect(await historyOf(setting)).toStrictEqual(loss === 'answer' ? WHOLE : EFFECTS);

      expect(await resume()).toMatchObject({ output: 'I promise.' });

      expect(await historyOf(setting)).toStrictEqual(WHOLE);
    },
  );

  test('stays as it is when someone else wrote since', async () => {
    const setting = newSetting();
    const { guardrail, resume } = await block(setting);
    await using session = openSession(setting);
    await session.addItems([user('And Oslo?')]);
    guardrail.blocks = false;

    await expect(resume()).rejects.toThrow(new UserError(ANOTHER_END));

    expect(await historyOf(setting)).toStrictEqual([...EFFECTS, user('And Oslo?')]);
  });

  test('fails with session_expired when its session is gone', async () => {
    const setting = newSetting();
    const { guardrail, resume } = await block(setting);
    await using session = openSession(setting);
    await session.delete();
    guardrail.blocks = false;

    await expectFailure('session_expired', resume);

    expect(await isGone(setting)).toBe(true);
  });

  test('cannot go on from the text of its state: the SDK refuses it', async () => {
    const { agent, state } = await block(newSetting());

    const revival = RunState.fromString(agent, state.toString());

    await expect(revival).rejects.toThrow(new UserError(NO_STATE_AS_TEXT));
  });
});
