/**
 * Messages as people read them.
 *
 * @module
 */
import type { Message, MessageRole, SessionMetadata } from '../../index.ts';
import { harmlessLine, harmlessText } from './harmless-text.ts';
import type { Terminal } from './terminal.ts';
import { clockTime, fromNow } from './times.ts';

const ROLE_STYLES = {
  user: 'cyan',
  assistant: 'green',
  system: 'magenta',
  tool: 'yellow',
} as const;

/** What a message is, by the type of its item, where it is nothing that was said. */
const KINDS: Readonly<Record<string, string>> = {
  function_call: 'call',
  function_call_result: 'result',
  hosted_tool_call: 'hosted call',
  computer_call: 'computer call',
  computer_call_result: 'computer result',
  shell_call: 'shell call',
  shell_call_output: 'shell result',
  apply_patch_call: 'patch call',
  apply_patch_call_output: 'patch result',
  reasoning: 'reasoning',
  compaction: 'compaction',
};

/**
 * Gives the lines above a transcript.
 */
export function headingLines(metadata: SessionMetadata, terminal: Terminal): string[] {
  const { sessionId, userId, messageCount, totalTokens, updatedAt, ttl, currentAgent } = metadata;
  const facts = [
    `user ${userId ?? 'unknown'}`,
    `${count(messageCount)} messages`,
    `${count(totalTokens)} tokens`,
    `written ${fromNow(updatedAt)}`,
  ];
  if (currentAgent !== null) facts.push(`agent ${currentAgent}`);
  if (ttl !== null) facts.push(`expires ${fromNow(new Date(updatedAt.getTime() + ttl * 1000))}`);
  return [
    terminal.style('bold', harmlessLine(sessionId)),
    terminal.style('dim', harmlessLine(facts.join(' · '))),
    '',
  ];
}

/**
 * Gives a role in its colour.
 *
 * @param kind - What the message is, where it is nothing that was said.
 */
export function roleText(role: MessageRole, terminal: Terminal, kind?: string): string {
  return terminal.style(ROLE_STYLES[role], kind === undefined ? role : `${role} ${kind}`);
}

/**
 * Gives the lines of one message.
 */
export function messageLines(message: Message, terminal: Terminal): string[] {
  const { id, role, agent, tokens, timestamp, content, inHistory, handoff, failed } = message;
  const kind = KINDS[message.item?.type ?? ''];
  const notes = [clockTime(timestamp)];
  if (tokens !== null) notes.push(`${count(tokens)} tokens`);
  if (failed === true) notes.push('of a run that failed');
  if (!inHistory) notes.push('not seen by the model');
  notes.push(id);
  const from = agent === null ? '' : ` ${terminal.style('bold', harmlessLine(agent))}`;
  const lines = [
    `${roleText(role, terminal, kind)}${from}  ${terminal.style('dim', notes.join(' · '))}`,
    ...harmlessText(content)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
  if (handoff !== undefined) {
    const text = harmlessLine(`── ${handoff.from} hands over to ${handoff.to} ──`);
    lines.push(terminal.style('blue', text));
  }
  return [...lines, ''];
}

/**
 * Gives a number with its thousands apart.
 */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}
