/**
 * What the item of a message holds. Items can be of any release and of other programs, so nothing of
 * them is taken for granted.
 *
 * @module
 */
import type { JsonObject, JsonValue } from 'agents-json-session';
import { isObject } from '../api/is-object.ts';
import type { Message } from '../api/types.ts';

/** A part of a message, as it is shown. */
export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'refusal'; text: string }
  | { kind: 'image'; source: string }
  /** What is not shown: where it is, or what it is called. */
  | { kind: 'attachment'; what: 'image' | 'file' | 'audio'; name: string };

/** What a message is for a reader. */
export type MessageKind = 'message' | 'call' | 'result' | 'reasoning' | 'other';

const SHOWN_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/u;
const CALL = /(?:_call|^program)$/u;
const RESULT = /(?:_result|_output)$/u;

/** Tells what a message is. */
export function kindOf({ item, role }: Message): MessageKind {
  const type = item?.['type'];
  if (typeof type !== 'string' || type === 'message') return role === 'tool' ? 'result' : 'message';
  if (type === 'reasoning') return 'reasoning';
  if (CALL.test(type)) return role === 'tool' ? 'result' : 'call';
  if (RESULT.test(type)) return 'result';
  return 'other';
}

/** Gives the type of an item, or of a part of one. */
export function typeOf(value: JsonObject | undefined): string {
  return value === undefined ? '' : textIn(value, 'type');
}

/** Gives the id that a call and its result share. */
export function callIdOf({ item }: Message): string | undefined {
  const id = item?.['callId'] ?? item?.['call_id'];
  return typeof id === 'string' ? id : undefined;
}

/** Gives the name of what a call calls. */
export function callNameOf({ item }: Message): string {
  const name = item?.['name'];
  if (typeof name === 'string' && name !== '') return name;
  return typeOf(item).replace(/_(?:call|result|call_output|output)$/u, '');
}

/** Gives what a call was given. */
export function argumentsOf({ item, content }: Message): JsonValue {
  for (const name of ['arguments', 'action', 'actions', 'operation', 'code']) {
    const value = item?.[name];
    if (value !== undefined) return typeof value === 'string' ? parsed(value) : value;
  }
  return content;
}

/** Gives what a call has given, in parts. */
export function resultPartsOf(message: Message): Part[] {
  const output = message.item?.['output'];
  const parts = outputParts(output);
  if (parts.length > 0) return parts;
  if (message.content !== '') return [{ kind: 'text', text: message.content }];
  return output === undefined ? [] : [{ kind: 'text', text: JSON.stringify(output, null, 2) }];
}

/** Whether a call says of itself that it did not work. */
export function isFailedCall({ item }: Message): boolean {
  const status = item?.['status'];
  return status === 'failed' || status === 'incomplete';
}

/** Gives a message in parts. */
export function partsOf({ item, content }: Message): Part[] {
  const given = item?.['content'];
  if (!Array.isArray(given)) return content === '' ? [] : [{ kind: 'text', text: content }];
  return given.flatMap((part) => (isObject(part) ? partOf(part) : []));
}

/** Gives the text of a model's reasoning, as far as it is readable. */
export function reasoningOf({ item, content }: Message): string {
  if (content !== '') return content;
  const raw = item?.['rawContent'];
  if (!Array.isArray(raw)) return '';
  return raw.flatMap((part) => (isObject(part) ? (textOf(part) ?? []) : [])).join('\n');
}

/** Gives JSON in a text as a value, or the text. */
export function parsed(text: string): JsonValue {
  if (!/^\s*[[{]/u.test(text)) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function outputParts(output: JsonValue | undefined): Part[] {
  if (typeof output === 'string') return output === '' ? [] : [{ kind: 'text', text: output }];
  if (Array.isArray(output)) return output.flatMap(outputParts);
  return isObject(output) ? partOf(output) : [];
}

function partOf(part: JsonObject): Part[] {
  const type = typeOf(part);
  if (type === 'refusal') return [{ kind: 'refusal', text: textIn(part, 'refusal') }];
  if (/image|screenshot/u.test(type)) return [imageOf(part)];
  if (/file/u.test(type)) return [{ kind: 'attachment', what: 'file', name: nameOf(part) }];
  const text = textOf(part);
  if (/audio/u.test(type)) {
    return [
      { kind: 'attachment', what: 'audio', name: nameOf(part) },
      ...(text === undefined ? [] : [{ kind: 'text' as const, text }]),
    ];
  }
  return text === undefined || text === '' ? [] : [{ kind: 'text', text }];
}

function textOf(part: JsonObject): string | undefined {
  const { text, transcript, stdout, stderr } = part;
  if (typeof text === 'string') return text;
  if (typeof transcript === 'string') return transcript;
  if (stdout === undefined && stderr === undefined) return undefined;
  const streams = [textIn(part, 'stdout'), textIn(part, 'stderr')];
  return streams.filter((stream) => stream !== '').join('\n');
}

/** Only images that the message itself holds are shown: nothing is fetched. */
function imageOf(part: JsonObject): Part {
  const image = part['image'] ?? part['data'] ?? part['image_url'] ?? null;
  const source = isObject(image) ? dataUrlOf(image) : image;
  if (typeof source === 'string' && SHOWN_IMAGE.test(source)) return { kind: 'image', source };
  return { kind: 'attachment', what: 'image', name: nameOf(part) };
}

function dataUrlOf({ data, mediaType }: JsonObject): string | undefined {
  return typeof data === 'string' && typeof mediaType === 'string'
    ? `data:${mediaType};base64,${data}`
    : undefined;
}

function nameOf(part: JsonObject): string {
  const { filename, image, file, audio } = part;
  if (typeof filename === 'string') return filename;
  const held = image ?? file ?? audio ?? '';
  if (typeof held === 'string') return /^https?:/u.test(held) ? held : 'in the document';
  if (!isObject(held)) return '';
  const name = held['filename'] ?? held['url'] ?? held['id'];
  return typeof name === 'string' ? name : 'in the document';
}

function textIn(value: JsonObject, name: string): string {
  const text = value[name];
  return typeof text === 'string' ? text : '';
}
