/**
 * Agents in colours of their own.
 *
 * @module
 */
import type { JSX } from 'preact';
import { Line } from './text.tsx';

/** How many colours there are, see `styles/tokens.css`. */
const COLOURS = 10;

const known = new Map<string, number>();

/** Gives an agent its colour, the same on all pages, and of its own while there are enough. */
function colourOf(name: string): number {
  const given = known.get(name);
  if (given !== undefined) return given;
  const wanted = hashOf(name) % COLOURS;
  const taken = new Set(known.values());
  const places = Array.from({ length: COLOURS }, (_, step) => (wanted + step) % COLOURS);
  const colour = places.find((place) => !taken.has(place)) ?? wanted;
  known.set(name, colour);
  return colour;
}

/** Gives the class that an agent's colour has; `null` is for none that is known. */
export function agentClass(name: string | null): string {
  return `agent-${name === null || name === '' ? 'none' : colourOf(name)}`;
}

function hashOf(text: string): number {
  let hash = 5;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return hash;
}

/** The name of an agent, with its dot. */
export function AgentName({
  name,
  children,
}: {
  name: string | null;
  /** What is said where there is no name. */
  children?: string;
}): JSX.Element {
  return (
    <span class={`agent ${agentClass(name)}`}>
      <span class="agent-dot" />
      <Line text={name ?? children ?? ''} />
    </span>
  );
}
