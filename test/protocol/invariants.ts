/**
 * What must hold after each step, whatever went wrong.
 *
 * @module
 */
import type { Step } from './client-model.ts';
import { wasDeleted } from './deletion-records.ts';
import { lifeOf } from './server-model.ts';
import type { Application, Message, Scenario, World } from './world.ts';

/**
 * Adds an application and says what is wrong with it: an entry that is written to a life twice, or to
 * another one when the life that it began was deleted; a delete of a second life; a write that is applied
 * after its caller was told how it ended; a pop of another entry than was given.
 */
export function afterApplication(
  world: World,
  scenario: Scenario,
  { message, life, removed }: Pick<Application, 'life' | 'removed'> & { message: Message },
): { world: World; violation: string | null } {
  const step = stepNamed(scenario, message.step);
  const unit = unitOf(step);
  const next = { ...world, applications: [...world.applications, { unit, life, removed }] };
  const isSecond = timesApplied(world, unit, step.kind === 'delete' ? null : life) > 0;
  if (isSecond) return { world: next, violation: `${unit} is applied twice to ${life}` };
  if (isSettled(world, scenario, step.name)) {
    return { world: next, violation: `${unit} is applied after its caller was told the end` };
  }
  const { past, session, deletions } = world.server;
  const { command } = message;
  const hasBegun = command.kind !== 'remove' && wasDeleted(deletions, command.incarnation);
  if (hasBegun) return { world: next, violation: `${unit} is applied again, to ${life}` };
  const isAgain = session !== null && past.includes(session.incarnation);
  if (scenario.beyond === 'one incarnation, two lives' && isAgain) {
    return { world: next, violation: `${session.incarnation} begins a second life` };
  }
  const { given } = message;
  if (given !== null && (removed.length !== 1 || removed[0] !== given)) {
    const wrong = `${unit} gives ${given} and removes ${removed.join(', ')}`;
    return { world: next, violation: wrong };
  }
  return { world: next, violation: null };
}

/** Says what is wrong with what the caller of a step was just told. */
export function afterOutcome(world: World, scenario: Scenario, name: string): string | null {
  const step = stepNamed(scenario, name);
  const unit = unitOf(step);
  const outcome = world.outcomes[name];
  if (outcome?.kind === 'acknowledged') {
    const times = timesApplied(world, unit, outcome.life);
    const where = outcome.life === null ? '' : ` in ${outcome.life}`;
    if (times !== 1) return `${name} is acknowledged${where} and was applied ${times} times`;
    return wrongOrder(world, scenario, { name, life: outcome.life });
  }
  if (outcome?.kind !== 'rejected' || step.repeats !== undefined) return null;
  if (isRefusedInSilence(world, scenario, name)) return null;
  // What was applied to a life that is over went with it.
  const mayBeOver = outcome.code === 'session_expired' && step.kind !== 'delete';
  const life = mayBeOver ? (lifeOf(world.server) ?? '') : null;
  const times = step.operation === undefined ? timesApplied(world, unit, life) : 0;
  return times === 0 ? null : `${name} is rejected (${outcome.code}) and was applied`;
}

/**
 * Whether the caller of a write knows how it ended. A repeat that is rejected leaves unknown what was.
 */
export function isSettled(world: World, scenario: Scenario, name: string): boolean {
  const origin = stepNamed(scenario, name).repeats ?? name;
  const outcome = world.outcomes[origin]?.kind ?? 'unknown';
  if (outcome !== 'unknown') return !isRefusedInSilence(world, scenario, origin);
  return allSteps(scenario).some(
    ({ repeats, name: other }) =>
      repeats === origin && world.outcomes[other]?.kind === 'acknowledged',
  );
}

/** Whether the write of a step was applied in any life. */
export function isApplied(world: World, scenario: Scenario, name: string): boolean {
  return timesApplied(world, unitOf(stepNamed(scenario, name)), null) > 0;
}

/** Nobody can know of an attempt of which the library tells nobody. */
function isRefusedInSilence(world: World, scenario: Scenario, name: string): boolean {
  if (scenario.beyond === 'silent and refused' || world.outcomes[name]?.kind !== 'rejected')
    return false;
  return world.resent.includes(name);
}

/** Acknowledged appends of one process stand in the order in which it handed them over. */
function wrongOrder(
  world: World,
  scenario: Scenario,
  { name, life }: { name: string; life: string | null },
): string | null {
  const program = scenario.programs.find((steps) => steps.some((step) => step.name === name));
  const acknowledged = (program ?? []).filter(({ name: one, ...step }) => {
    const outcome = world.outcomes[one];
    if (step.repeats !== undefined || step.operation !== undefined) return false;
    return outcome?.kind === 'acknowledged' && outcome.life === life;
  });
  const places = acknowledged.map((step) =>
    world.applications.findIndex((one) => one.unit === step.name && one.life === life),
  );
  const isWrong = places.some((place, index) => index > 0 && place < (places[index - 1] ?? 0));
  return isWrong ? `${name} is out of order` : null;
}

function timesApplied({ applications }: World, unit: string, life: string | null): number {
  return applications.filter((one) => one.unit === unit && (life === null || one.life === life))
    .length;
}

function unitOf({ name, repeats, operation }: Step): string {
  return operation?.id ?? repeats ?? name;
}

function stepNamed(scenario: Scenario, name: string): Step {
  const step = allSteps(scenario).find((one) => one.name === name);
  if (step === undefined) throw new Error(`There is no step ${name}`);
  return step;
}

function allSteps({ programs }: Scenario): readonly Step[] {
  return programs.flat();
}
