/**
 * Texts that are found again wherever they stand, and the messages and items that hold them.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import type { NewMessage } from '../../src/index.ts';
import type { Call, Selection } from './call.ts';

const TEXT = /\b[a-z]\d+[a-z]-\d+\.\d+\b/;
const LONG_TEXT = 1000;
const TOKENS = 1;

type Naming = Pick<Call, 'writer' | 'number' | 'kind' | 'texts'>;
type Form = 'user' | 'call' | 'result' | 'assistant';

/** Over and over again, in calls that add several. */
const FORMS: readonly Form[] = ['user', 'call', 'result', 'assistant'];
const ROLES: Readonly<Record<Form, NonNullable<Selection['role']>>> = {
  user: 'user',
  call: 'assistant',
  result: 'tool',
  assistant: 'assistant',
};

/**
 * The texts of a call.
 */
export function textsOf(writer: string, number: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${writer}-${number}.${index}`);
}

/**
 * Gives the text that a message or an item holds, or an empty one.
 */
export function textIn(content: unknown): string {
  const json = typeof content === 'string' ? content : JSON.stringify(content);
  return TEXT.exec(json)?.[0] ?? '';
}

/**
 * The role of the message that holds a text of a call.
 */
export function roleOf(call: Naming, index: number): NonNullable<Selection['role']> {
  if (call.kind === 'addMessage') return messageFor(call).role as 'user' | 'assistant';
  return ROLES[formAt(index, call.texts.length)];
}

/**
 * The agent of the messages of a call, or null.
 */
export function agentOf({ writer, number, kind }: Naming): string | null {
  return kind === 'addMessage' && number % 3 === 0 ? writer : null;
}

/**
 * The tokens that a call spends.
 */
export function tokensOf({ kind }: Naming): number {
  return kind === 'addMessage' || kind === 'python' ? TOKENS : 0;
}

/**
 * The message of a call; the same whenever it is asked for.
 */
export function messageFor(call: Naming): NewMessage {
  const [text = ''] = call.texts;
  const agent = agentOf(call);
  return {
    role: call.number % 2 === 0 ? 'user' : 'assistant',
    content: padded(text, call.number),
    tokens: TOKENS,
    ...(agent !== null && { agent }),
  };
}

/**
 * The items of a call: questions, calls of tools with their results, answers.
 */
export function itemsFor({ number, texts }: Naming): AgentInputItem[] {
  return texts.map((text, index) => {
    const form = formAt(index, texts.length);
    const callId = callIdOf(texts[form === 'result' ? index - 1 : index] ?? '');
    return ITEMS[form]({ text, padded: padded(text, number), callId });
  });
}

/** The id of the call that holds a text; it is no such text itself. */
export function callIdOf(text: string): string {
  return `call_${text.replace('.', '_')}`;
}

type NewItem = (given: { text: string; padded: string; callId: string }) => AgentInputItem;

const ITEMS: Readonly<Record<Form, NewItem>> = {
  user: ({ padded: content }) => ({ type: 'message', role: 'user', content }),
  call: ({ text, callId }) => ({
    type: 'function_call',
    name: 'look',
    callId,
    arguments: JSON.stringify({ at: text }),
  }),
  result: ({ text, callId }) => ({
    type: 'function_call_result',
    name: 'look',
    callId,
    status: 'completed',
    output: { type: 'text', text },
  }),
  assistant: ({ padded: answer }) => ({
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: answer }],
  }),
};

/** Nothing ends with a call that waits for its result. */
function formAt(index: number, count: number): Form {
  const form = FORMS[index % FORMS.length] ?? 'user';
  return form === 'call' && index === count - 1 ? 'assistant' : form;
}

function padded(text: string, number: number): string {
  return number % 7 === 0 ? `${text} ${'x'.repeat(LONG_TEXT)}` : text;
}
