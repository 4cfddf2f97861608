/**
 * Agents or users by their tokens, the greatest first.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { agentClass } from '../components/agent.tsx';
import { Button } from '../components/button.tsx';
import { Line } from '../components/text.tsx';
import { sessionsAddress } from '../routing/route.ts';
import { counted, short, whole } from '../text/numbers.ts';

const FIRST = 10;
const MORE = 50;

/** A bar for each, which leads to its sessions. */
export function RankedBars(props: {
  title: string;
  sums: Readonly<Record<string, { sessions: number; tokens: number }>>;
  filterBy: 'user' | 'agent';
}): JSX.Element {
  const { title, sums, filterBy } = props;
  const [shown, setShown] = useState(FIRST);
  const ranked = Object.entries(sums).toSorted(
    ([, one], [, other]) => other.tokens - one.tokens || other.sessions - one.sessions,
  );
  const most = Math.max(1, ranked[0]?.[1].tokens ?? 1);
  return (
    <section class="card">
      <div class="card-head">
        <h2>{title}</h2>
        <span class="dim">{whole(ranked.length)}</span>
        <span class="grow" />
        <span class="dim">Tokens</span>
      </div>
      {ranked.length === 0 && <p class="dim">None is named.</p>}
      <ul class="bars">
        {ranked.slice(0, shown).map(([name, { tokens, sessions }]) => (
          <li key={name}>
            <a class="bar-head" href={sessionsAddress({ [filterBy]: name })}>
              <Line text={name} />
              <span class="dim">{counted(sessions, 'session')}</span>
              <span class="grow" />
              <span title={whole(tokens)}>{short(tokens)}</span>
            </a>
            <span class="bar" aria-hidden="true">
              <span
                class={`bar-part ${filterBy === 'agent' ? agentClass(name) : 'is-accent'}`}
                style={{ width: `${(tokens / most) * 100}%` }}
              />
            </span>
          </li>
        ))}
      </ul>
      {shown < ranked.length && (
        <Button kind="plain" onClick={() => setShown(shown + MORE)}>
          Show more of {whole(ranked.length)}
        </Button>
      )}
    </section>
  );
}
