/**
 * A JSON value as a tree that folds.
 *
 * @module
 */
import type { JsonValue } from 'agents-json-session';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { Line } from '../components/text.tsx';
import { Button } from '../components/button.tsx';

/** Members that are shown before a person asks for more. */
const FIRST = 100;
/** Characters of a text that are shown before a person asks for all. */
const FIRST_CHARACTERS = 400;

/** A value; what is near its root is open. */
export function JsonTree({ value }: { value: JsonValue }): JSX.Element {
  return (
    <div class="json-tree mono">
      <Node name={null} value={value} depth={0} />
    </div>
  );
}

interface NodeProps {
  name: string | null;
  value: JsonValue;
  depth: number;
}

function Node({ name, value, depth }: NodeProps): JSX.Element {
  if (typeof value === 'object' && value !== null) {
    return <Branch name={name} value={value} depth={depth} />;
  }
  return (
    <div class="json-leaf">
      <Name name={name} />
      <Leaf value={value} />
    </div>
  );
}

function Branch({
  name,
  value,
  depth,
}: Omit<NodeProps, 'value'> & { value: JsonValue[] | { [key: string]: JsonValue } }): JSX.Element {
  const [isOpen, setOpen] = useState(depth < 1);
  const members = Object.entries(value);
  const [left, right] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (members.length === 0) {
    return (
      <div class="json-leaf">
        <Name name={name} />
        <span>
          {left}
          {right}
        </span>
      </div>
    );
  }
  return (
    <div class="json-branch">
      <button
        type="button"
        class="json-fold"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <span class="fold-mark">
          <Icon name="chevron-right" size={12} />
        </span>
        <Name name={name} />
        <span class="dim">
          {left}
          {isOpen ? '' : ` ${members.length} ${right}`}
        </span>
        {!isOpen && <Hint value={value} />}
      </button>
      {isOpen && (
        <>
          <div class="json-members">
            <Members members={members} depth={depth + 1} />
          </div>
          <div class="json-leaf dim">{right}</div>
        </>
      )}
    </div>
  );
}

function Members({
  members,
  depth,
}: {
  members: readonly (readonly [string, JsonValue])[];
  depth: number;
}): JSX.Element {
  const [shown, setShown] = useState(FIRST);
  return (
    <>
      {members.slice(0, shown).map(([name, value]) => (
        <Node key={name} name={name} value={value} depth={depth} />
      ))}
      {shown < members.length && (
        <Button kind="plain" onClick={() => setShown(shown + 5 * FIRST)}>
          Show more of {members.length}
        </Button>
      )}
    </>
  );
}

/** What tells one message from the other while they are shut. */
function Hint({ value }: { value: object }): JSX.Element | null {
  const { role, content } = value as { role?: unknown; content?: unknown };
  if (typeof role !== 'string' || typeof content !== 'string') return null;
  return (
    <span class="dim json-hint">
      <Line text={`${role} ${content.slice(0, 80)}`} />
    </span>
  );
}

function Name({ name }: { name: string | null }): JSX.Element | null {
  if (name === null) return null;
  return (
    <span class="json-name">
      <Line text={name} />
      <span class="dim">: </span>
    </span>
  );
}

function Leaf({ value }: { value: Exclude<JsonValue, object> | null }): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== 'string') {
    return (
      <span class={typeof value === 'number' ? 'json-number' : 'json-word'}>{String(value)}</span>
    );
  }
  const shown = isWhole ? value : value.slice(0, FIRST_CHARACTERS);
  return (
    <span class="json-string">
      "<Line text={JSON.stringify(shown).slice(1, -1)} />"
      {shown.length < value.length && (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          {' '}
          all {value.length} characters
        </button>
      )}
    </span>
  );
}
