/**
 * Role and text of an item: what a person would read of it.
 *
 * Items can be malformed or of a future release, so every field is looked at before it is used.
 *
 * @module
 */
import { MESSAGE_ROLES } from '../document/document.ts';
import type { MessageRole } from '../document/document.ts';
import { isBytes } from './item-bytes.ts';

/**
 * Where a value stands in an item.
 */
export type ItemPath = readonly (string | number)[];

/**
 * What the transcript shows of an item.
 */
export interface ItemDescription {
  readonly role: MessageRole;
  readonly content: string;
  /** Where the one string stands that is the whole `content`, if there is exactly one. */
  readonly source?: ItemPath;
}

interface Piece {
  readonly text: string;
  readonly path: ItemPath;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Finds role and text of a canonical item. Never throws.
 */
export function describeItem(item: unknown): ItemDescription {
  const fields = fieldsOf(item);
  if (fields['type'] === undefined || fields['type'] === 'message') return describeMessage(fields);
  const describe = DESCRIBERS.get(fields['type']);
  return describe ? describe(fields) : { role: 'assistant', content: '' };
}

const DESCRIBERS: ReadonlyMap<unknown, (item: Fields) => ItemDescription> = new Map([
  ['function_call', describeFunctionCall],
  ['tool_search_call', describeToolSearchCall],
  ['program', (item: Fields) => joined('assistant', piece(item['code'], ['code']))],
  ['shell_call', describeShellCall],
  ['apply_patch_call', describeApplyPatchCall],
  ['computer_call', describeComputerCall],
  ['hosted_tool_call', describeHostedToolCall],
  ['reasoning', (item: Fields) => joined('assistant', textPieces(item['content'], ['content']))],
  ['function_call_result', describeOutput],
  ['program_output', describeOutput],
  ['apply_patch_call_output', describeOutput],
  ['shell_call_output', describeShellOutput],
  ['tool_search_output', describeToolSearchOutput],
  ['computer_call_result', () => ({ role: 'tool' as const, content: '' })],
]);

function describeMessage(item: Fields): ItemDescription {
  if (typeof item['role'] !== 'string') return { role: 'assistant', content: '' };
  return joined(messageRole(item['role']), textPieces(item['content'], ['content']));
}

function messageRole(role: string): MessageRole {
  if (role === 'developer') return 'system';
  return MESSAGE_ROLES.find((known) => known === role) ?? 'assistant';
}

function describeFunctionCall(item: Fields): ItemDescription {
  return { role: 'assistant', content: call(textOf(item['name']), textOf(item['arguments'])) };
}

function describeToolSearchCall(item: Fields): ItemDescription {
  const given = item['arguments'];
  const text = typeof given === 'string' ? given : jsonText(given);
  return { role: 'assistant', content: call('tool_search', text) };
}

function describeShellCall(item: Fields): ItemDescription {
  const commands = listOf(fieldsOf(item['action'])['commands']);
  const pieces = commands.flatMap((text, index) => piece(text, ['action', 'commands', index]));
  return joined('assistant', pieces);
}

function describeApplyPatchCall(item: Fields): ItemDescription {
  const operation = fieldsOf(item['operation']);
  return joined('assistant', [
    ...piece(operation['path'], ['operation', 'path']),
    ...piece(operation['diff'], ['operation', 'diff']),
  ]);
}

function describeComputerCall(item: Fields): ItemDescription {
  const actions = Array.isArray(item['actions']) ? listOf(item['actions']) : [item['action']];
  return { role: 'assistant', content: names(actions, ['type']) };
}

function describeHostedToolCall(item: Fields): ItemDescription {
  const role = item['name'] === 'mcp_approval_response' ? 'tool' : 'assistant';
  for (const key of ['output', 'arguments']) {
    if (textOf(item[key]) !== '') return joined(role, piece(item[key], [key]));
  }
  return { role, content: textOf(item['name']) };
}

function describeOutput(item: Fields): ItemDescription {
  return joined('tool', textPieces(item['output'], ['output']));
}

function describeShellOutput(item: Fields): ItemDescription {
  const pieces = listOf(item['output']).flatMap((output, index) =>
    ['stdout', 'stderr'].flatMap((key) => piece(fieldsOf(output)[key], ['output', index, key])),
  );
  return joined(
    'tool',
    pieces.filter(({ text }) => text !== ''),
  );
}

function describeToolSearchOutput(item: Fields): ItemDescription {
  return { role: 'tool', content: names(listOf(item['tools']), ['name', 'functionName']) };
}

/** Names are never a `source`: an edit of the transcript must not rename a tool or an action. */
function names(list: readonly unknown[], keys: readonly string[]): string {
  const found = list.map((entry) => {
    const fields = fieldsOf(entry);
    return keys.map((key) => textOf(fields[key])).find((name) => name !== '');
  });
  return found.filter((name) => name !== undefined).join(', ');
}

function joined(role: MessageRole, pieces: readonly Piece[]): ItemDescription {
  const content = pieces.map(({ text }) => text).join('\n');
  const [first] = pieces;
  return pieces.length === 1 && first ? { role, content, source: first.path } : { role, content };
}

/** The texts of a string, of one content part or of a list of them. */
function textPieces(value: unknown, path: ItemPath): Piece[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value))
    return value.flatMap((part, index) => partPiece(part, [...path, index]));
  return partPiece(value, path);
}

function partPiece(part: unknown, path: ItemPath): Piece[] {
  const fields = fieldsOf(part);
  const key = textKey(fields['type']);
  return key === undefined ? [] : piece(fields[key], [...path, key]);
}

function textKey(type: unknown): string | undefined {
  switch (type) {
    case 'refusal':
      return 'refusal';
    case 'audio':
      return 'transcript';
    case 'image':
    case 'input_image':
    case 'file':
    case 'input_file':
      return undefined;
    default:
      return 'text';
  }
}

function piece(text: unknown, path: ItemPath): Piece[] {
  return typeof text === 'string' ? [{ text, path }] : [];
}

function call(name: string, text: string): string {
  return name === '' && text === '' ? '' : `${name}(${text})`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Bytes would be written digit by digit, and deep values can end the stack. */
function jsonText(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_key, inner: unknown) => (isView(inner) ? undefined : inner)) ?? ''
    );
  } catch {
    return '';
  }
}

function isView(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isBytes(value);
}
