/**
 * Prints for people: colours where the terminal shows them, columns everywhere.
 *
 * @module
 */
import { styleText } from 'node:util';
import type { Message } from 'agents-json-session';

const TEXT_WIDTH = 72;

export function printHeading(text: string): void {
  printLine(`\n${styleText('bold', text)}`);
}

export function printLine(text: string): void {
  console.log(text);
}

/** One line for each field, in two columns. */
export function printFields(fields: Record<string, string>): void {
  for (const [name, value] of Object.entries(fields)) {
    printLine(`  ${styleText('dim', name.padEnd(9))} ${value}`);
  }
}

/** One paragraph for each message: who, which agent, and the text or the handoff. */
export function printTranscript(messages: readonly Message[]): void {
  for (const { role, agent, content, handoff } of messages) {
    const text = handoff ? `${handoff.from} → ${handoff.to}` : content;
    const [first = '', ...rest] = wrap(text);
    const colour = role === 'user' ? 'green' : role === 'tool' ? 'yellow' : 'cyan';
    const who = styleText(colour, role.padEnd(9));
    printLine(`  ${who} ${(agent ?? '').padEnd(7)} ${first}`);
    for (const line of rest) printLine(`${' '.repeat(20)}${line}`);
  }
}

function wrap(text: string): string[] {
  const line = new RegExp(String.raw`\S.{0,${TEXT_WIDTH - 1}}(?=\s|$)|\S+`, 'gu');
  return text.match(line) ?? [];
}
