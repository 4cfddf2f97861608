/**
 * JSON as text that is easy to read.
 *
 * @module
 */
import type { JsonValue } from 'agents-json-session';
import type { JSX } from 'preact';
import { Lines } from './text.tsx';

/** Longer ones are shown in one colour. */
const MOST_COLOURED = 20_000;
const TOKEN =
  /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gu;

/** A value, or a text as it is. */
export function JsonText({ value }: { value: JsonValue }): JSX.Element {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <pre class="code" tabIndex={0} dir={typeof value === 'string' ? 'auto' : 'ltr'}>
      {typeof value === 'string' || text.length > MOST_COLOURED ? (
        <Lines text={text} />
      ) : (
        coloured(text)
      )}
    </pre>
  );
}

function coloured(text: string): (string | JSX.Element)[] {
  const pieces: (string | JSX.Element)[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [all, string, colon] = match;
    pieces.push(
      text.slice(end, match.index),
      <span class={colon === undefined ? classOf(all) : 'json-name'}>
        <Lines text={string ?? all} />
      </span>,
    );
    if (colon !== undefined) pieces.push(colon);
    end = match.index + all.length;
  }
  pieces.push(text.slice(end));
  return pieces;
}

function classOf(token: string): string {
  if (token.startsWith('"')) return 'json-string';
  return /^[tfn]/u.test(token) ? 'json-word' : 'json-number';
}
