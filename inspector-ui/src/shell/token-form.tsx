/**
 * What is shown while there is no token that the server takes.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { setToken } from '../api/token.ts';
import { Button } from '../components/button.tsx';

/** Asks for the token. */
export function TokenForm(): JSX.Element {
  const [typed, setTyped] = useState('');
  return (
    <main class="state token-form">
      <h1>Open the inspector</h1>
      <p class="state-text">
        Open the address that <code>json-session inspect</code> has printed, or paste its token.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const [, inAddress] = /token=([^&]+)/u.exec(typed) ?? [];
          setToken((inAddress ?? typed).trim());
        }}
      >
        <input
          class="input"
          type="password"
          autocomplete="off"
          aria-label="Token"
          placeholder="Token"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" kind="main" disabled={typed.trim() === ''}>
          Open
        </Button>
      </form>
    </main>
  );
}
