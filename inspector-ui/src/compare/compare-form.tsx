/**
 * Which two sessions are compared.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { compareAddress, go } from '../routing/route.ts';

/** Their ids. The focus is on the first that is missing. */
export function CompareForm({ left, right }: { left: string; right: string }): JSX.Element {
  const [one, setOne] = useState(left);
  const [other, setOther] = useState(right);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>('input:placeholder-shown')?.focus();
  }, []);
  return (
    <form
      ref={form}
      class="compare-form"
      onSubmit={(event) => {
        event.preventDefault();
        go(compareAddress(one.trim(), other.trim()));
      }}
    >
      <input
        class="input"
        aria-label="Session on the left"
        placeholder="Session id"
        value={one}
        onInput={(event) => setOne(event.currentTarget.value)}
      />
      <Icon name="columns" />
      <input
        class="input"
        aria-label="Session on the right"
        placeholder="Session id"
        value={other}
        onInput={(event) => setOther(event.currentTarget.value)}
      />
      <Button type="submit">Compare</Button>
    </form>
  );
}
