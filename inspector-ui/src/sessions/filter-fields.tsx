/**
 * Fields that choose sessions.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const WAIT_MS = 350;

/** A field that is taken over once a person stops typing. */
export function Typed(props: {
  label: string;
  value: string;
  offered: readonly string[];
  onChange: (value: string) => void;
}): JSX.Element {
  const { label, value, offered, onChange } = props;
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    const timer = typed === value ? undefined : setTimeout(() => onChange(typed), WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  const id = `offered-${label}`;
  return (
    <>
      <input
        class="input filter"
        type="text"
        list={id}
        aria-label={label}
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <datalist id={id}>
        {[...new Set(offered)].slice(0, 50).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

/** A choice of a few. */
export function Chosen(props: {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}): JSX.Element {
  const { label, value, options, onChange } = props;
  return (
    <select
      class="input select"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
