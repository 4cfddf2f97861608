/**
 * The commands of one read: each gives the head of a document and a stretch of `messages`, both of the
 * same moment.
 *
 * @module
 */
import { BRIEF_HEAD_FIELDS, HEAD_FIELDS, parseHead } from '../../document/document-head.ts';
import type { Deadline } from '../../deadline.ts';
import { CorruptDocumentError, WrongKeyTypeError } from '../../errors.ts';
import { incarnationOf } from '../../document/incarnation.ts';
import { readOperation } from '../../document/operations.ts';
import type { ReadParams } from '../../store.ts';
import type { RedisCommander } from './commander.ts';
import { hexadecimal } from './hexadecimal.ts';
import type { HeadPart, Page } from './page.ts';
import { replyJson, replyText, replyTexts } from './reply.ts';
import { head as headScript } from './scripts.generated.ts';

/** What a reply holds for each path. */
type Matches = Record<string, unknown[]>;

const HEAD_PATHS = HEAD_FIELDS.map((field) => `$.${field}`);
const BRIEF_HEAD_PATHS = BRIEF_HEAD_FIELDS.map((field) => `$.${field}`);

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
    const { key, operationId, briefHead } = params;
    this.key = key;
    this.#commander = commander;
    this.#params = params;
    this.#deadline = deadline;
    this.#fields = briefHead === true ? BRIEF_HEAD_FIELDS : HEAD_FIELDS;
    const headPaths = briefHead === true ? BRIEF_HEAD_PATHS : HEAD_PATHS;
    const paths =
      operationId === undefined ? headPaths : [...headPaths, operationPath(operationId)];
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
   * Reads a slice of `messages`, or null when there is no session.
   *
   * @param slice - As in a JSONPath: `0:10`, `-20:`.
   */
  async page(slice: string): Promise<Page | null> {
    const { key } = this;
    const messages = `$.messages[${slice}]`;
    let reply: string | null;
    try {
      const answer = await this.#commander.read(
        key,
        ['JSON.GET', key, ...this.#paths, messages],
        this.#deadline,
      );
      reply = replyText(answer);
    } catch (error) {
      throw await this.#refusal(error);
    }
    if (reply === null) return null;
    const found = replyJson(reply) as Matches;
    const values = found[messages] ?? [];
    if (values.length === 0) await this.#checkMessages();
    return { ...this.#headPart(found), values, bytes: reply.length };
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
    const head = parseHead(fields, this.#params.sessionId);
    const operation = this.#operationPath === null ? undefined : found[this.#operationPath]?.[0];
    return {
      head,
      incarnation: incarnationOf(head),
      generation: head.state?.generation ?? 0,
      operation: operation === undefined ? null : readOperation(operation),
    };
  }
}

/** The id is a hexadecimal digest: no text of a caller gets into the path. */
function operationPath(id: string): string {
  return `$.operations["${hexadecimal(id, 'operationId')}"]`;
}
