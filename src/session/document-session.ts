/**
 * What can be done with a session as a whole.
 *
 * @module
 */
import type { RetentionLimits, TrimOptions, TrimResult } from '../retention/trim.ts';
import type { JsonValue } from '../document/document.ts';
import type { CallOptions } from './call-options.ts';
import { repeatedId } from './writing/caller-operation.ts';
import { checkForkOptions, type ForkOptions } from './fork-options.ts';
import { RunSession } from './run-session.ts';
import { newSession, type SessionClass } from './opening/session-class.ts';
import { readySession } from './opening/session-opening.ts';
import { checkBoolean } from './input-validation.ts';
import { partsOf } from './session-parts.ts';

/**
 * The part of `JSONSession` that takes the session as a whole.
 */
export abstract class DocumentSession extends RunSession {
  /** The id of the session. */
  abstract get sessionId(): string;

  /** Gives the connection back. */
  abstract close(): Promise<void>;

  /**
   * Makes a new session that goes on from here, or from an earlier message, and gives a handle on it, of
   * this class and with the options of this one. The parent stays as it is, and others can write to it
   * meanwhile: the fork has what was there at one moment, and appears whole or not at all.
   *
   * It begins with the owner, agents, attributes, handoff context and ttl of its parent, and the messages
   * as they are, ids and times too; with no tokens spent, no lock and no operation ids. After a cut the
   * agent of the last message that names one is the current one. The model sees what it saw: where a
   * compaction is not part of the fork, all that is before it. `getMetadata()` tells of which session and
   * message it is a fork.
   *
   * Repeated under the id of its unknown outcome, with the same `sessionId`, it is a success where the
   * first one has made the fork; an id of your own has no effect. A long session may take more than the
   * usual time: `timeoutMs` is for all of it.
   *
   * @throws `InvalidInputError` (`invalid_input`) when `upTo` names no message, or one between a call and
   * its result that the model sees: the error names the next one that is not.
   * @throws `SessionNotFoundError` (`session_not_found`) when there is no session to fork.
   * @throws `SessionExistsError` (`session_exists`) when there is one with the id of the fork.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.load('chat-1');
   * const [question] = await session.getMessages({ role: 'user', limit: 1 });
   * await using branch = await session.fork({ upTo: question?.id });
   * await branch.addMessage({ role: 'assistant', content: 'Another answer.' });
   * ```
   */
  async fork(options: ForkOptions = {}): Promise<this> {
    const parts = partsOf(this);
    const repeats = repeatedId(options);
    const { sessionId, upTo } = checkForkOptions(options);
    const deadline = parts.handle.newDeadline(options);
    const sessionClass = this.constructor as SessionClass<this>;
    const fork = newSession(sessionClass, [{ ...parts.options.given, sessionId }]);
    return readySession(fork, async () => {
      // Most programs never fork.
      const { writeFork } = await import('./fork.ts');
      await writeFork(parts, fork, { upTo, repeats, deadline });
    });
  }

  /**
   * Gives the values that a JSONPath names in the document of the session as it is stored, for people and
   * tools that look into it: at most 1,000 characters and 16 segments, of the part of RFC 9535 that is in
   * `docs/query.md`. In Redis the server evaluates it where that is little work, such as a slice of a long
   * history; else the whole session is read, and this process evaluates it.
   *
   * Reading so does not start the ttl again. Values come in the order of RFC 9535; where it fixes none,
   * among the members of an object, in any.
   *
   * @param path - As in `$.messages[-1:].role`.
   * @throws `InvalidInputError` (`invalid_input`) when `path` is no JSONPath, or is not taken.
   * @throws `SessionNotFoundError` (`session_not_found`) when there is no session, or not of this owner.
   * @throws `DecryptionError` (`decryption_failed`) without a keyring, when something that the path looks at is
   * encrypted.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.load('chat-1');
   * const calls = await session.query("$.messages[?@.item.type == 'function_call'].item.name");
   * console.log(calls);
   * ```
   */
  async query(path: string, options: CallOptions = {}): Promise<JsonValue[]> {
    const { handle } = partsOf(this);
    const deadline = handle.newDeadline(options);
    // Most programs never ask.
    const { querySession } = await import('../query/query-session.ts');
    return querySession(handle, path, deadline);
  }

  /**
   * Removes the oldest turns, so that no more messages are left than wanted, or none from before a time.
   * Whole turns go, each with its calls and results. What the model cannot do without stays, whatever was
   * asked for: the newest turn where only the number counts, calls that wait for their results and what
   * came after them, and what a compaction has written: what it stands for goes, and the model sees the
   * same as before. Tokens, usage, agents and operation ids stay.
   *
   * A session is trimmed when this is called, and not by itself. Many messages go in several steps, of
   * which each leaves whole turns; made again after an error, it goes on. An operation id has no effect.
   * Ages are told by the clock of this process.
   *
   * @throws `InvalidInputError` (`invalid_input`) when neither limit is given, or one is out of range.
   * @throws `SessionNotFoundError` (`session_not_found`) when there is no session.
   * @throws `ConflictError` (`conflict`) when other writers kept changing the end of the history.
   *
   * @example
   * ```ts
   * import { JSONSession } from 'agents-json-session';
   *
   * const session = await JSONSession.load('chat-1');
   * const month = 30 * 86_400;
   * const { removed, left } = await session.trim({ maxMessages: 1000, maxAge: month });
   * console.log(`${removed} messages are gone, ${left} are left`);
   * ```
   */
  async trim(limits: RetentionLimits, options: TrimOptions = {}): Promise<TrimResult> {
    const { handle } = partsOf(this);
    repeatedId(options);
    const isDryRun = checkBoolean(options.dryRun ?? false, 'dryRun');
    const deadline = handle.newDeadline(options);
    // Most programs never trim.
    const { checkRetention, trimHistory } = await import('../retention/trim.ts');
    return trimHistory(handle, checkRetention(limits), { deadline, isDryRun });
  }
}
