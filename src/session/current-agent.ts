/**
 * Finding an agent by the name that a session has recorded.
 *
 * @module
 */
import { hasCode, InvalidInputError } from '../errors.ts';
import type { CallOptions } from './call-options.ts';
import type { SessionMetadata } from './message.ts';
import { partsOf } from './session-parts.ts';

/**
 * What an agent is known by: every `Agent` of the SDK is one.
 */
export interface NamedAgent {
  readonly name: string;
}

/**
 * Gives the agent with the name of the session's current one, or the fallback.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) when two agents have one name, or something is
 * no agent.
 */
export async function findCurrentAgent<A extends NamedAgent, F>(
  session: { getMetadata(options: CallOptions): Promise<SessionMetadata> },
  agents: Iterable<A>,
  { fallback, options }: { fallback: F; options: CallOptions },
): Promise<A | F> {
  const byName = agentsByName(agents);
  const { handle } = partsOf(session);
  const deadline = handle.newDeadline(options);
  try {
    const { currentAgent } = await session.getMetadata(options);
    return (currentAgent === null ? undefined : byName.get(currentAgent)) ?? fallback;
  } catch (error) {
    // Of another user's session no more is said than by any other call.
    const isMissing = hasCode(error, 'session_not_found') && !(await handle.load(deadline));
    if (isMissing) return fallback;
    throw error;
  }
}

/** The same agent can be given twice. */
function agentsByName<A extends NamedAgent>(agents: Iterable<A>): Map<string, A> {
  const byName = new Map<string, A>();
  for (const agent of checkIterable(agents)) {
    const name = nameOf(agent);
    const known = byName.get(name) ?? agent;
    if (known !== agent) throw new InvalidInputError('agents', 'must not have one name twice');
    byName.set(name, agent);
  }
  return byName;
}

function checkIterable<A>(agents: Iterable<A>): Iterable<A> {
  const isIterable = typeof (agents as Partial<Iterable<A>> | null)?.[Symbol.iterator];
  if (isIterable === 'function') return agents;
  throw new InvalidInputError('agents', 'must be a list of agents');
}

/** As names are recorded: what is no well-formed Unicode is repaired. */
function nameOf(agent: NamedAgent): string {
  const name: unknown = (agent as NamedAgent | null | undefined)?.name;
  if (typeof name === 'string') return name.toWellFormed();
  throw new InvalidInputError('agents', 'must hold agents, which have names');
}
