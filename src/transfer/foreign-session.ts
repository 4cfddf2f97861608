/**
 * Sessions of other packages, as they are read.
 *
 * @module
 */
import { InvalidInputError } from '../errors.ts';

/**
 * An item of a session of another package.
 */
export interface ForeignItem {
  /** As it was stored: what its JSON says. */
  readonly item: unknown;
  /** Unix seconds, or null where the package keeps no time. */
  readonly time: number | null;
}

/**
 * A session of another package.
 */
export interface ForeignSession {
  readonly sessionId: string;
  /** Whose items they are: those of the SDK for Python have the form of OpenAI's Responses API. */
  readonly form: 'python' | 'javascript';
  /** In the order of the conversation. */
  readonly items: readonly ForeignItem[];
  /** How many values were passed over that are no JSON, as the package itself does. */
  readonly skipped: number;
  /** Unix seconds, or null where it is not known. */
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  /** Seconds that it still lives, or null for a session that stays. */
  readonly expiresIn: number | null;
}

/**
 * A file of the class `FileSession` from the examples of the SDK for JavaScript: a JSON list of items.
 */
export interface SessionFile {
  /** The name of the file without `.json`. */
  readonly sessionId: string;
  /** What is in it. */
  readonly text: string;
  /**
   * When it was written, as nothing in it says so.
   *
   * @defaultValue now
   */
  readonly time?: Date | undefined;
}

/**
 * Takes sessions from files of `FileSession`, of the examples of the SDK for JavaScript.
 *
 * @yields each session.
 * @throws `InvalidInputError` (`invalid_input`) of the field `text`, where it is no JSON list.
 *
 * @example
 * ```ts
 * import { readdirSync, readFileSync } from 'node:fs';
 * import { fileSessions, importFrom } from 'agents-json-session/transfer';
 *
 * const files = readdirSync('.agents-sessions').map((name) => ({
 *   sessionId: name.replace(/\.json$/, ''),
 *   text: readFileSync(`.agents-sessions/${name}`, 'utf8'),
 * }));
 * for await (const { sessionId, status } of importFrom(fileSessions(files))) {
 *   console.log(sessionId, status);
 * }
 * ```
 */
export function* fileSessions(files: Iterable<SessionFile>): Generator<ForeignSession> {
  for (const { sessionId, text, time } of files) {
    const values = parseList(text);
    const written = time === undefined ? null : time.getTime() / 1000;
    yield {
      sessionId,
      form: 'javascript',
      items: values.map((item) => ({ item, time: written })),
      skipped: 0,
      createdAt: written,
      updatedAt: written,
      expiresIn: null,
    };
  }
}

/** Errors of the parser hold some of the text. */
function parseList(text: string): unknown[] {
  try {
    const values: unknown = JSON.parse(text);
    if (Array.isArray(values)) return values;
  } catch {
    // It is told of below.
  }
  throw new InvalidInputError('text', 'must be a JSON list');
}
