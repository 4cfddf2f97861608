/**
 * The commands of one read: each gives the head of a document and a stretch of `messages`, both of the
 * same moment.
 *
 * @module
 */
import {
  BRIEF_HEAD_FIELDS,
  HEAD_FIELDS,
  WHOLE_HEAD_FIELDS,
  parseHead,
} from '../../../document/document-head.ts';
import type { JsonObject, JsonValue } from '../../../document/document.ts';
import type { Deadline } from '../../../deadline.ts';
import { CorruptDocumentError, WrongKeyTypeError } from '../../../errors.ts';
import { incarnationOf } from '../../../document/incarnation.ts';
import { readOperation } from '../../../document/operations.ts';
import type { QueryResult, QuerySegment, ReadParams } from '../../../store.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { hexadecimal } from '../hexadecimal.ts';
import { type HeadPart, MOST_VALUES, type Page } from './page.ts';
import type { PrintedPage } from './printed-page.ts';
import { replyJson, replyText, replyTexts } from '../clients/reply.ts';
import { head as headScript, others, query as queryScript } from '../scripts.generated.ts';

/** What a reply holds for each path. */
type Matches = Record<string, unknown[]>;

/** Which fields of the head are asked for, and their paths. */
interface HeadParts {
  readonly fields: readonly string[];
  readonly paths: readonly string[];
}

const KNOWN_HEAD = headParts(HEAD_FIELDS);
const BRIEF_HEAD = headParts(BRIEF_HEAD_FIELDS);
const WHOLE_HEAD = headParts(WHOLE_HEAD_FIELDS);

/**
 * What a document holds beside the fields that are known here.
 */
interface OtherFields {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The life that they are of; null in a document without one. */
  readonly incarnation: string | null;
  /** Seconds until the session expires, or null. */
  readonly expiresIn: number | null;
}

/**
 * Reads pages of one session until one deadline.
 */
export class PageReader {
  /** Of the session. */
  readonly key: string;
  readonly #commander: RedisCommander;
  readonly #params: ReadParams;
  readonly #deadline: Deadline;
  readonly #fields: readonly string[];
  /** Of what every reply brings along. */
  readonly #paths: readonly string[];
  readonly #operationPath: string | null;

  constructor(commander: RedisCommander, params: ReadParams, deadline: Deadline) {
    const { key, operationId, briefHead, wholeHead } = params;
    this.key = key;
    this.#commander = commander;
    this.#params = params;
    this.#deadline = deadline;
    const head = wholeHead === true ? WHOLE_HEAD : briefHead === true ? BRIEF_HEAD : KNOWN_HEAD;
    const paths =
      operationId === undefined ? head.paths : [...head.paths, operationPath(operationId)];
    this.#fields = head.fields;
    this.#paths = paths;
    this.#operationPath = operationId === undefined ? null : operationPath(operationId);
  }

  /**
   * Reads the head and the number of entries, or null when there is no session.
   */
  async head(): Promise<{ part: HeadPart; length: number } | null> {
    const { sessionId } = this.#params;
    const { reply } = await this.#commander.run({
      script: headScript,
      key: this.key,
      args: this.#paths,
      readOnly: true,
      operationId: '',
      deadline: this.#deadline,
    });
    if (reply === null) return null;
    const [kind, detail, json] = replyTexts(reply);
    if (kind === 'TYPE') throw new WrongKeyTypeError(sessionId, detail ?? '');
    if (detail === '') throw new CorruptDocumentError(sessionId, 'messages');
    return { part: this.#headPart(replyJson(json ?? '') as Matches), length: Number(detail) };
  }

  /**
   * Reads the fields that are not known here, which life they are of, and how long it still lasts; null
   * when there is no session.
   */
  async others(): Promise<OtherFields | null> {
    const { reply } = await this.#commander.run({
      script: others,
      key: this.key,
      args: [...WHOLE_HEAD.fields, 'messages'],
      readOnly: true,
      operationId: '',
      deadline: this.#deadline,
    });
    if (reply === null) return null;
    const [kind, incarnation = '', lives, ...members] = replyTexts(reply);
    if (kind === 'NAME') throw new CorruptDocumentError(this.#params.sessionId, '$');
    const names = members.filter((_, index) => index % 2 === 0);
    const values = members.filter((_, index) => index % 2 === 1);
    return {
      incarnation: incarnation === '' ? null : String(replyJson(incarnation)),
      expiresIn: Number(lives) < 0 ? null : Number(lives) / 1000,
      fields: Object.fromEntries(names.map((name, at) => [name, replyJson(values[at] ?? 'null')])),
    };
  }

  /**
   * Reads a slice of `messages`, or null when there is no session.
   *
   * @param slice - As in a JSONPath: `0:10`, `-20:`.
   */
  async page(slice: string): Promise<Page | null> {
    const printed = await this.print(slice);
    return printed === null ? null : this.takeIn(printed);
  }

  /**
   * Asks for a slice of `messages`, for {@link PageReader.takeIn}; null when there is no session.
   */
  async print(slice: string): Promise<PrintedPage | null> {
    const path = `$.messages[${slice}]`;
    const text = await this.#withHead([path]);
    return text === null ? null : { path, text };
  }

  /**
   * Gives a page from its text, which takes longer than printing it took the server.
   */
  async takeIn({ path, text }: PrintedPage): Promise<Page> {
    const found = replyJson(text) as Matches;
    const values = found[path] ?? [];
    if (values.length === 0) await this.#checkMessages();
    return { ...this.#headPart(found), values, bytes: text.length };
  }

  /**
   * Reads what a path names, or null when there is no session.
   *
   * @param unless - Paths that must name nothing.
   * @returns `'read-all'` where they do, where it is more than little work, or the server would read the path
   * otherwise.
   */
  async query(
    path: readonly QuerySegment[],
    unless: readonly (readonly QuerySegment[])[],
  ): Promise<QueryResult | 'read-all' | null> {
    // Most programs never ask.
    const { queryWork } = await import('./query-work.ts');
    const { printedPath, printedPaths } = await import('./printed-path.ts');
    const work = queryWork(path);
    if (work.kind === 'misread') return 'read-all';
    const asked = printedPath(path);
    const empty = printedPaths(unless);
    const reply =
      work.kind === 'page'
        ? await this.#withHead([...empty, asked])
        : await this.#queryUpTo(work.mostBytes, [...empty, asked]);
    if (reply === null || reply === 'read-all') return reply;
    const found = replyJson(reply) as Matches;
    if (empty.some((one) => (found[one] ?? []).length > 0)) return 'read-all';
    const { incarnation, head } = this.#headPart(found);
    return { incarnation, head, values: (found[asked] ?? []) as JsonValue[] };
  }

  /** Asks for what stands at paths, as JSON, in a document of so many bytes at most. */
  async #queryUpTo(mostBytes: number, asked: readonly string[]): Promise<string | null> {
    const paths = [...this.#paths, ...asked];
    const { reply } = await this.#commander.run({
      script: queryScript,
      key: this.key,
      args: [String(MOST_VALUES), String(mostBytes), ...paths],
      readOnly: true,
      operationId: '',
      deadline: this.#deadline,
    });
    if (reply === null) return null;
    const [kind, detail = ''] = replyTexts(reply);
    if (kind === 'TYPE') throw new WrongKeyTypeError(this.#params.sessionId, detail);
    return kind === 'LONG' ? 'read-all' : detail;
  }

  /** Asks for what stands at paths, with what every reply brings along. */
  async #withHead(asked: readonly string[]): Promise<string | null> {
    const { key } = this;
    try {
      const answer = await this.#commander.read(
        key,
        ['JSON.GET', key, ...this.#paths, ...asked],
        this.#deadline,
      );
      return replyText(answer);
    } catch (error) {
      throw await this.#refusal(error);
    }
  }

  /** The text of a refusal of another type differs between servers; the type does not. */
  async #refusal(failure: unknown): Promise<unknown> {
    const { key } = this;
    const asked = this.#commander.read(key, ['TYPE', key], this.#deadline);
    const type = await asked.catch(() => 'none');
    const name = replyText(type) ?? 'none';
    if (name === 'none' || name === 'ReJSON-RL') return failure;
    return new WrongKeyTypeError(this.#params.sessionId, name);
  }

  /** A slice of something that is not an array is empty, and looks like an empty history. */
  async #checkMessages(): Promise<void> {
    const { key } = this;
    const reply = await this.#commander.read(key, ['JSON.TYPE', key, '$.messages'], this.#deadline);
    const [type = ''] = [reply].flat(2);
    const name = replyText(type);
    // Null is the type of nothing at all: an empty session that has been removed in between.
    if (name !== null && name !== 'array') {
      throw new CorruptDocumentError(this.#params.sessionId, 'messages');
    }
  }

  #headPart(found: Matches): HeadPart {
    const fields: Record<string, unknown> = {};
    for (const field of this.#fields) fields[field] = found[`$.${field}`]?.[0];
    const { operations } = fields;
    const known = parseHead(fields, this.#params.sessionId);
    const head = operations == null ? known : { ...known, operations: operations as JsonObject };
    const operation = this.#operationPath === null ? undefined : found[this.#operationPath]?.[0];
    return {
      head,
      incarnation: incarnationOf(head),
      generation: head.state?.generation ?? 0,
      operation: operation === undefined ? null : readOperation(operation),
    };
  }
}

function headParts(fields: readonly (typeof WHOLE_HEAD_FIELDS)[number][]): HeadParts {
  return { fields, paths: fields.map((field) => `$.${field}`) };
}

/** The id is a hexadecimal digest: no text of a caller gets into the path. */
function operationPath(id: string): string {
  return `$.operations["${hexadecimal(id, 'operationId')}"]`;
}
