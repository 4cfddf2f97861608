/**
 * Runs the writing scripts: numbers each write, and makes sure of what has become of it.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { NotDurableError, OutcomeUnknownError, StoreUnavailableError } from '../../../errors.ts';
import { isKnownByCreation } from '../../../document/incarnation.ts';
import { type FullRecord, storedCounts } from '../../../document/run-record.ts';
import { randomHex } from '../../../random-ids.ts';
import type {
  ExistingParams,
  Operation,
  ReplaceParams,
  SessionAddress,
  WriteParams,
} from '../../../store.ts';
import type { RedisCommander, ScriptCall, ScriptReply } from '../clients/commander.ts';
import type { Shortfall } from '../durability/durable-writes.ts';
import { hexadecimal, markText } from '../hexadecimal.ts';
import type { LuaScript } from '../lua-script.ts';
import { replaceArguments } from './replacing.ts';
import { resultOf, type ScriptResult, tellsOfWords, texts, wouldEndAlike } from './script-reply.ts';
import * as scripts from '../scripts.generated.ts';
import { MessageProjection } from '../search/message-projection.ts';
import {
  type EarlierWrite,
  earlierDelete,
  earlierWrite,
  isRepeatable,
  operationIdOf,
  type WriteIdentity,
} from './write-ids.ts';
import type { BesideSession } from './write-keys.ts';
import { type WriterLane, WriterLanes } from './writer-lanes.ts';

/** A writing script and what it needs beside that which all of them take. */
interface WriteScript {
  readonly script: LuaScript;
  /** Keys that it takes beside that of the session. */
  readonly besides?: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly deadline: Deadline;
  /** What a session that has no incarnation yet gets; random when left out. */
  readonly incarnation?: string | undefined;
  readonly operation?: Operation | undefined;
  readonly record?: FullRecord | null;
  /** Whether the write must be recognised when it is sent twice; default true. */
  readonly numbered?: boolean;
  /** The id of a write of which nobody knows whether it was applied, to do that one. */
  readonly repeats?: string | undefined;
}

/** What a script said of a numbered write. */
interface Answer {
  readonly texts: string[];
  readonly status: string;
  /** Whether an earlier attempt may have been applied. */
  readonly maybeApplied: boolean;
  /** Whether any other attempt that arrives later ends alike. */
  readonly isLastWord: boolean;
  /** What the write lacks of its durability. */
  readonly shortfall: Shortfall | null;
}

const USES_NUMBER: ReadonlySet<string> = new Set(['OK', 'GAP']);

/**
 * Writes sessions through one commander.
 */
export class ScriptWriter {
  readonly #commander: RedisCommander;
  readonly #lanes = new WriterLanes();
  #merge: '1' | '0' | '?' = '?';

  constructor(commander: RedisCommander) {
    this.#commander = commander;
  }

  /** Whether the server is known, or not yet known, to have JSON.MERGE. */
  get hasMerge(): boolean {
    return this.#merge !== '0';
  }

  /**
   * Runs a script that begins with `write.lua`. Gives null when it replied with a conflict.
   */
  async run(params: WriteParams, write: WriteScript): Promise<ScriptResult | null> {
    const { deadline, numbered = true } = write;
    const lane = this.#lanes.get(params.key);
    const earlier = earlierWrite(write.repeats);
    return lane.enqueue(async () => {
      if (deadline.passed) throw deadline.failure(outOfTime);
      if (earlier !== null) return this.#repeat(params, write, earlier);
      const before = lane.incarnation;
      let answer = await this.#send(params, write, lane);
      // The numbers belong to a life of the session that is over; nothing was applied.
      if (answer.status === 'GAP' && answer.texts[1] !== before) {
        lane.renew();
        answer = await this.#send(params, write, lane);
      }
      const { status, shortfall } = answer;
      if (status === 'CONFLICT') return null;
      const result = this.#result(params, answer.texts, lane);
      const isNumbered = numbered && status === 'OK';
      const operationId = isNumbered ? operationIdOf(lane) : (write.repeats ?? '');
      if (isNumbered) lane.applied(result.incarnation);
      // Sent again, it is known only as the last write of its lane.
      if (isNumbered && shortfall !== null) lane.renew();
      checkDurable(shortfall, operationId, result.incarnation);
      return result;
    }, deadline);
  }

  /**
   * Puts entries, and a handoff context, in the place of others.
   */
  async replace(
    params: ReplaceParams,
    deadline: Deadline,
    { besides, others }: BesideSession,
  ): Promise<ScriptResult | null> {
    const { key } = params;
    const args = await replaceArguments(params, others, async () =>
      this.#commander.read(key, ['JSON.GET', key, '$.handoff_context'], deadline),
    );
    return args && this.run(params, { script: scripts.replace, besides, args, deadline });
  }

  /** Does what an earlier write was to do, under that one's number: applied is one of the two. */
  async #repeat(
    params: WriteParams,
    write: WriteScript,
    earlier: EarlierWrite,
  ): Promise<ScriptResult | null> {
    const operationId = operationIdOf(earlier, earlier.sentAt);
    if (!isRepeatable(earlier)) throw new OutcomeUnknownError(operationId);
    const call = { ...this.#call(params, write, earlier), operationId };
    const { texts: answer, shortfall } = await this.#answer(params, write, call);
    if (answer[0] === 'GAP') throw new OutcomeUnknownError(operationId);
    if (answer[0] === 'CONFLICT') return null;
    const result = this.#result(params, answer, null);
    checkDurable(shortfall, operationId, result.incarnation);
    return answer[4] === '1' ? { ...result, repeated: true } : result;
  }

  /**
   * Runs the script that creates a session. It needs no number: it is recognised by the incarnation.
   */
  async create(
    params: SessionAddress,
    write: WriteScript & { readonly incarnation: string },
  ): Promise<ScriptResult> {
    const { incarnation } = write;
    const { reply, maybeApplied, shortfall } = await this.#runInTurn(params, write, incarnation);
    const answer = texts(reply);
    // The session that is there, or its lock, may be gone when an attempt before arrives.
    const maySucceed = answer[0] === 'EXISTS' || answer[0] === 'LOCKED';
    if (maybeApplied && maySucceed) throw new OutcomeUnknownError(incarnation);
    const expect = { incarnation: null, userId: null };
    const result = this.#result({ ...params, expect }, answer, null);
    checkDurable(shortfall, incarnation, result.incarnation);
    return result;
  }

  /**
   * Deletes a session. Gives whether it was there, and whether something is to be trimmed.
   *
   * @param beside - With where deleted lives are remembered, and where a long history goes.
   */
  async delete(
    params: ExistingParams,
    deadline: Deadline,
    { besides, others }: BesideSession,
  ): Promise<{ deleted: boolean; hasTrash: boolean }> {
    const { expect } = params;
    const operationId = earlierDelete(params.repeats) ?? randomHex(8);
    const args = [
      expect.incarnation ?? '',
      expect.userId ?? '',
      params.lockToken ?? '',
      operationId,
      others,
    ];
    const remove = { script: scripts.remove, besides, args, deadline };
    const { reply, maybeApplied, shortfall } = await this.#runInTurn(params, remove, operationId);
    checkDurable(shortfall, operationId, null);
    const answer = texts(reply);
    const [status = ''] = answer;
    // The lock may be gone when an attempt before arrives.
    if (maybeApplied && status === 'LOCKED') throw new OutcomeUnknownError(operationId);
    if (status === 'MISSING' || status === 'REPLACED' || status === 'FORBIDDEN') {
      return { deleted: false, hasTrash: false };
    }
    const { hasTrash = false } = this.#result(params, answer, null);
    return { deleted: true, hasTrash };
  }

  /** Runs a script that takes no number, after the writes to the session before it. */
  async #runInTurn(
    session: SessionAddress,
    { script, besides, args, deadline }: WriteScript,
    operationId: string,
  ): Promise<ScriptReply> {
    const { key } = session;
    const call = { script, key, besides, args, readOnly: false, operationId, deadline };
    return this.#lanes.get(key).enqueue(() => this.#runCall(session, call), deadline);
  }

  /** Runs a script, and removes the words of an earlier life that it tells of. */
  async #runCall(session: SessionAddress, call: ScriptCall): Promise<ScriptReply> {
    const reply = await this.#commander.run(call);
    if (tellsOfWords(texts(reply.reply))) {
      await new MessageProjection(this.#commander).forget(session, call.deadline);
    }
    return reply;
  }

  async #send(params: WriteParams, write: WriteScript, lane: WriterLane): Promise<Answer> {
    try {
      const answer = await this.#answer(params, write, this.#call(params, write, lane));
      const isNumberFree = answer.isLastWord && !answer.maybeApplied;
      if (!USES_NUMBER.has(answer.status) && write.numbered !== false && !isNumberFree)
        lane.renew();
      return answer;
    } catch (error) {
      // The number may have been used, whatever the error says; a new writer costs nothing.
      lane.renew();
      throw error;
    }
  }

  /** Fails where an earlier attempt has had no answer, and may still be applied after this one. */
  async #answer(params: WriteParams, write: WriteScript, call: ScriptCall): Promise<Answer> {
    const { reply, maybeApplied, shortfall } = await this.#runCall(params, call);
    const answer = texts(reply);
    const [status = ''] = answer;
    const isLastWord = wouldEndAlike(status, params, write);
    if (maybeApplied && !isLastWord && write.numbered !== false) {
      throw new OutcomeUnknownError(call.operationId);
    }
    return { texts: answer, status, maybeApplied, isLastWord, shortfall };
  }

  #call(params: WriteParams, write: WriteScript, { id, sequence }: WriteIdentity): ScriptCall {
    const { expect, ttl, key } = params;
    const { script, besides, deadline, operation, incarnation } = write;
    const needsOne =
      expect.incarnation === null ||
      expect.incarnation === incarnation ||
      isKnownByCreation(expect.incarnation);
    const args = [
      expect.incarnation ?? '',
      expect.userId ?? '',
      id,
      String(sequence),
      needsOne ? hexadecimal(incarnation ?? randomHex(16), 'create.incarnation') : '',
      ttl === null ? '' : String(ttl),
      this.#merge,
      operation === undefined ? '' : hexadecimal(operation.id, 'operation.id'),
      operation === undefined ? '' : hexadecimal(operation.digest, 'operation.digest'),
      recordText(write.record ?? null),
      params.lockToken ?? '',
      ...write.args,
    ];
    const operationId = operationIdOf({ id, sequence });
    return { script, key, besides, args, readOnly: false, operationId, deadline };
  }

  #result(
    params: ExistingParams,
    answer: readonly string[],
    lane: WriterLane | null,
  ): ScriptResult {
    const [status, , , merge] = answer;
    if (status === 'GAP') {
      const operationId = lane === null ? '' : operationIdOf(lane);
      lane?.renew();
      throw new OutcomeUnknownError(operationId);
    }
    if (status === 'OK' && (merge === '0' || merge === '1')) this.#merge = merge;
    return resultOf(params, answer);
  }
}

function checkDurable(
  shortfall: Shortfall | null,
  operationId: string,
  incarnation: string | null,
): void {
  if (shortfall === null) return;
  const { where, cause } = shortfall;
  throw new NotDurableError(where, { operationId, incarnation }, { cause });
}

function outOfTime(): StoreUnavailableError {
  return new StoreUnavailableError('The time was up before the write began');
}

/** As `run-record.lua` takes it. */
function recordText(record: FullRecord | null): string {
  if (record === null) return '';
  const { agents, currentAgent: current, tokens, mark } = record;
  const spent = record.spent.map(({ agent, ...counts }) => ({ agent, ...storedCounts(counts) }));
  return JSON.stringify({ agents, current, tokens, spent, mark: markText(mark) });
}
