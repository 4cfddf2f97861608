/**
 * Texts of others, always as text.
 *
 * @module
 */
import type { JSX } from 'preact';
import { lineOf, linesOf, type TextPiece } from '../text/visible.ts';

/** A name, an id or another text of one line: nothing of it can turn or hide what stands beside it. */
export function Line({ text }: { text: string }): JSX.Element {
  return <bdi class="line">{lineOf(text).map(toElement)}</bdi>;
}

/** A text of lines, each in its own direction. */
export function Lines({ text }: { text: string }): JSX.Element {
  return <>{linesOf(text).map(toElement)}</>;
}

function toElement({ text, isEscape }: TextPiece): JSX.Element | string {
  return isEscape ? <span class="escape">{text}</span> : text;
}
