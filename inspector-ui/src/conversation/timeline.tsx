/**
 * The turns of a conversation beside it: agents as lanes, tokens as bars.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { agentClass } from '../components/agent.tsx';
import { Line } from '../components/text.tsx';
import { type ListHandle, VirtualList } from '../components/virtual-list.tsx';
import { counted, short } from '../text/numbers.ts';
import type { ConversationState } from './conversation-state.ts';
import type { Turn } from './turns.ts';

const ROW = 56;
const MOST_WIDE = 84;
const LANE = 16;

/** The turns; each leads to its place. */
export function Timeline({ state }: { state: ConversationState }): JSX.Element {
  const turns = state.turns.value;
  const list = useRef<ListHandle | null>(null);
  const lanes = state.agents.value;
  const most = turns.reduce((greatest, { tokens }) => Math.max(greatest, tokens), 1);
  const current = state.currentTurn.value;
  useEffect(() => list.current?.scrollToIndex(current, { align: 'auto' }), [current]);
  if (turns.length === 0) return <p class="note">No turns</p>;
  return (
    <VirtualList<Turn>
      class="timeline"
      label="Turns"
      items={turns}
      keyOf={keyOfTurn}
      sizeOf={sizeOfTurn}
      onReady={(handle) => {
        list.current = handle;
      }}
      renderRow={(turn, index) => (
        <TurnRow
          turn={turn}
          before={turns[index - 1]}
          hasNext={index < turns.length - 1}
          lanes={lanes}
          most={most}
          state={state}
          isCurrent={index === current}
        />
      )}
    />
  );
}

function keyOfTurn({ id }: Turn): string {
  return id;
}

function sizeOfTurn(): number {
  return ROW;
}

interface TurnRowProps {
  turn: Turn;
  before: Turn | undefined;
  hasNext: boolean;
  lanes: readonly string[];
  /** Tokens of the turn that has most. */
  most: number;
  state: ConversationState;
  isCurrent: boolean;
}

function TurnRow(props: TurnRowProps): JSX.Element {
  const { turn, lanes, most, state, isCurrent } = props;
  const { tokens, text, tokensByAgent } = turn;
  return (
    <button
      type="button"
      class="turn"
      aria-current={isCurrent ? 'true' : undefined}
      title={`${counted(turn.messages, 'message')}, ${counted(turn.calls, 'tool call')}, ${counted(tokens, 'token')}`}
      onClick={() => {
        state.goTo(turn.id, 'start');
        state.currentTurn.value = turn.index;
      }}
    >
      {lanes.length > 0 && <Lanes {...props} />}
      <span class="turn-text">
        <span class="turn-title">
          {text === '' ? <span class="dim">No text</span> : <Line text={text} />}
        </span>
        {(tokens > 0 || turn.failed) && (
          <span class="turn-tokens">
            <span class="turn-bar" aria-hidden="true">
              {[...tokensByAgent].map(([agent, count]) => (
                <span
                  key={agent}
                  class={`turn-bar-part ${agentClass(agent)}`}
                  style={{ width: `${(count / most) * 100}%` }}
                />
              ))}
            </span>
            <span class={turn.failed ? 'is-failed' : ''}>
              {turn.failed ? 'failed' : short(tokens)}
            </span>
          </span>
        )}
      </span>
    </button>
  );
}

/** One turn as a piece of a graph: each agent has a lane, a handoff goes from one to the next. */
function Lanes({ turn, before, hasNext, lanes }: TurnRowProps): JSX.Element {
  const step = Math.min(LANE, MOST_WIDE / lanes.length);
  const placeOf = (agent: string): number => (lanes.indexOf(agent) + 0.5) * step;
  const agents = turn.agents.filter((agent) => lanes.includes(agent));
  const gap = ROW / (agents.length + 1);
  const nodes = agents.map((agent, index) => ({ agent, x: placeOf(agent), y: gap * (index + 1) }));
  const last = before?.agents.at(-1);
  const start = last === undefined || !lanes.includes(last) ? undefined : placeOf(last);
  return (
    <svg class="lanes" width={Math.ceil(step * lanes.length)} height={ROW} aria-hidden="true">
      {lanes.map((agent) => (
        <line
          key={agent}
          class="lane-line"
          x1={placeOf(agent)}
          x2={placeOf(agent)}
          y1={0}
          y2={ROW}
        />
      ))}
      {nodes.map(({ agent, x, y }, index) => {
        const from =
          index === 0 ? { x: start ?? x, y: start === undefined ? y : 0 } : nodes[index - 1];
        const middle = ((from?.y ?? 0) + y) / 2;
        const way = `M${from?.x} ${from?.y}C${from?.x} ${middle} ${x} ${middle} ${x} ${y}`;
        return <path key={`way ${index}`} class={`lane-way ${agentClass(agent)}`} d={way} />;
      })}
      {hasNext && nodes.length > 0 && <Onward node={nodes.at(-1)} />}
      {nodes.map(({ agent, x, y }, index) => (
        <circle
          key={`node ${index}`}
          class={`lane-node ${agentClass(agent)}`}
          cx={x}
          cy={y}
          r={4}
        />
      ))}
    </svg>
  );
}

function Onward({
  node,
}: {
  node: { agent: string; x: number; y: number } | undefined;
}): JSX.Element | null {
  if (node === undefined) return null;
  return <path class={`lane-way ${agentClass(node.agent)}`} d={`M${node.x} ${node.y}V${ROW}`} />;
}
