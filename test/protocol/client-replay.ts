/**
 * Plays to the store itself what happened to one client of the model, and compares what it sends and
 * tells.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';

import { vi } from 'vitest';

import type { RedisCommand } from '../../src/stores/redis/clients/client.ts';
import { RedisStore } from '../../src/stores/redis/redis-store.ts';
import { deletedLivesKey } from '../../src/stores/redis/writing/trash.ts';
import type { NewEntry, WriteResult } from '../../src/store.ts';
import type { Call, Outcome, Step, WriteName } from './client-model.ts';
import type { ClientEvent } from './events.ts';
import type { Command, Reply } from './server-model.ts';

const TIMEOUT_MS = 60_000;
const LONGEST_PAUSE_MS = 200;
const TEN_MINUTES_MS = 600_000;

const SESSION = { key: 'k', sessionId: 's' };

const SAME_TO_THE_MODEL = new Map([
  ['session_not_found', 'session_expired'],
  ['aborted', 'store_unavailable'],
]);

interface Sent {
  readonly args: readonly string[];
  readonly answer: PromiseWithResolvers<unknown>;
}

/** Replays what happened to one client, from its first call on. Timers must be faked. */
export async function replay(events: readonly ClientEvent[]): Promise<void> {
  const client = new StoreUnderReplay();
  for (const [at, event] of events.entries()) {
    try {
      await client.play(event);
    } catch (error) {
      const way = events
        .slice(0, at + 1)
        .map(({ what, reply }) => `${what} ${reply?.status ?? ''}`);
      throw new Error(`The model differs after: ${way.join(', ')}`, { cause: error });
    }
  }
}

class StoreUnderReplay {
  readonly #sent: Sent[] = [];
  readonly #store = new RedisStore(
    {
      send: ({ args }: RedisCommand) => {
        const answer = Promise.withResolvers<unknown>();
        this.#sent.push({ args, answer });
        return answer.promise;
      },
    },
    { timeoutMs: TIMEOUT_MS },
  );
  /** The ids of writers and of deletes: the model's name for each. */
  readonly #writers = new Map<string, string>();
  readonly #deletes = new Map<string, string>();
  #abort = new AbortController();
  #result: { value: unknown } | { error: unknown } | null = null;

  async play(event: ClientEvent): Promise<void> {
    const before = this.#sent.length;
    await this.#happens(event);
    await settle();
    const { sends, tells } = event.reaction;
    assert.equal(this.#sent.length - before, sends === null ? 0 : 1);
    if (sends !== null) this.#compareCommand(sends);
    assert.equal(this.#result !== null, tells !== null);
    if (tells !== null) this.#compareOutcome(tells);
    this.#result = null;
  }

  async #happens(event: ClientEvent): Promise<void> {
    const last = this.#sent.at(-1)?.answer;
    switch (event.what) {
      case 'begins':
        this.#begin(event);
        return;
      case 'is answered':
        last?.resolve(replyOf(event.reply));
        return;
      case 'loses the answer':
        last?.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
        return;
      case 'is refused':
        last?.reject(new Error('MOVED 1 127.0.0.1:1'));
        return;
      case 'gets NOSCRIPT':
        last?.reject(new Error('NOSCRIPT No matching script'));
        return;
      case 'gets OOM':
        last?.reject(new Error('OOM command not allowed'));
        return;
      case 'sends again':
        return pass(LONGEST_PAUSE_MS);
      case 'is out of time':
        // Time that passes would also let a paused call send again.
        this.#abort.abort();
        return;
      case 'is idle':
        return pass(TEN_MINUTES_MS);
    }
  }

  #begin(event: ClientEvent): void {
    const call = event.reaction.sends;
    if (call === null || event.step === null) throw new Error('A call begins by sending');
    this.#result = null;
    this.#abort = new AbortController();
    void this.#call(event.step, call, event).then(
      (value) => (this.#result = { value }),
      (error: unknown) => (this.#result = { error }),
    );
  }

  async #call(step: Step, { command }: Call, { earlier }: ClientEvent): Promise<unknown> {
    const repeats = earlier === null ? {} : { repeats: this.#operationIdOf(earlier) };
    const address = { ...SESSION, signal: this.#abort.signal, ...repeats };
    const incarnation = incarnationOf('incarnation' in command ? command.incarnation : '');
    const session = { userId: 'u', incarnation };
    if (command.kind === 'create') {
      const another = { ...session, incarnation: hex('another', 32) };
      return this.#store.create({
        ...address,
        session: earlier === null ? session : another,
        ttl: null,
      });
    }
    const expected = command.expect === null ? null : incarnationOf(command.expect);
    const params = { ...address, expect: { incarnation: expected, userId: null } };
    if (command.kind === 'remove') return this.#store.delete(params);
    const write = { ...params, ttl: null };
    if (command.kind === 'append') {
      return this.#store.append({
        ...write,
        create: command.creates ? session : null,
        entries: [entryOf(command.entry)],
        tokens: 0,
        changes: {},
        ...(step.operation !== undefined && { operation: hexOperation(step.operation) }),
      });
    }
    const { version } = command;
    return this.#store.rewrite({
      ...write,
      version: version === null ? null : { generation: version.generation, lastId: version.last },
      drop: step.kind === 'clear' ? 'all' : command.drop,
      forgetOperations: command.forgets,
      resetTokens: false,
    });
  }

  /** Of what another process has sent the id is free. */
  #operationIdOf(earlier: WriteName): string {
    if (typeof earlier === 'string') {
      const isCreate = earlier.endsWith('!');
      return isCreate ? incarnationOf(earlier) : (idOf(this.#deletes, earlier) ?? hex(earlier, 16));
    }
    const { writer, sequence } = earlier;
    const id = idOf(this.#writers, writer) ?? hex(writer, 16);
    return `${id}-${sequence}-${Math.floor(Date.now() / 1000)}`;
  }

  #compareCommand({ command, form }: Call): void {
    const [name, , count, ...rest] = this.#sent.at(-1)?.args ?? [];
    assert.equal(name, form);
    const [key, ...besides] = rest.slice(0, Number(count));
    assert.equal(key, SESSION.key);
    assert.equal(besides.includes(deletedLivesKey(SESSION)), looksAtDeletedLives(command));
    const args = rest.slice(Number(count));
    if (command.kind === 'create') {
      assert.equal(args[0], incarnationOf(command.incarnation));
      return;
    }
    assert.equal(args[0], command.expect === null ? '' : incarnationOf(command.expect));
    if (command.kind === 'remove') {
      noteId(this.#deletes, args[3], command.call);
      return;
    }
    const [, , writer, sequence, incarnation] = args;
    noteId(this.#writers, writer, command.writer);
    assert.equal(sequence, String(command.sequence));
    if (command.kind !== 'append' || !command.creates) return;
    assert.equal(incarnation, incarnationOf(command.incarnation));
  }

  #compareOutcome(outcome: Outcome): void {
    const result = this.#result;
    if (result === null) throw new Error('There is no result');
    if ('value' in result) {
      compareValue(result.value, outcome);
      return;
    }
    const { code = '', operationId = '' } = result.error as { code?: string; operationId?: string };
    if (outcome.kind === 'rejected') {
      assert.equal(SAME_TO_THE_MODEL.get(code) ?? code, outcome.code);
      return;
    }
    assert.equal(outcome.kind, 'unknown');
    assert.equal(code, 'outcome_unknown');
    if (outcome.operationId !== null) this.#compareName(operationId, outcome.operationId);
  }

  #compareName(operationId: string, expected: WriteName): void {
    // The second in which it was sent is not of the model.
    const second = /(?<=-\d+-)\d+$/u;
    assert.equal(
      operationId.replace(second, ''),
      this.#operationIdOf(expected).replace(second, ''),
    );
  }
}

/** A rewrite that missed its version gives null, a delete whether it was the one, the rest what they wrote. */
function compareValue(value: unknown, outcome: Outcome): void {
  if (value === null || value === false) {
    const code = value === null ? 'conflict' : 'session_expired';
    assert.deepEqual(outcome, { kind: 'rejected', code });
    return;
  }
  if (outcome.kind !== 'acknowledged') throw new assert.AssertionError({ actual: value });
  const { incarnation } = outcome;
  if (incarnation === null) assert.equal(value, true);
  else assert.equal((value as WriteResult).incarnation, incarnationOf(incarnation));
}

function looksAtDeletedLives(command: Command): boolean {
  if (command.kind === 'append') return command.creates;
  return command.kind === 'create' || command.kind === 'remove';
}

/** Each id has one name, and each name one id. */
function noteId(ids: Map<string, string>, id: string | undefined, name: string): void {
  assert.ok(id !== undefined);
  assert.equal(ids.get(id) ?? name, name);
  assert.equal(idOf(ids, name) ?? id, id);
  ids.set(id, name);
}

function idOf(ids: ReadonlyMap<string, string>, name: string): string | undefined {
  return [...ids].find(([, other]) => other === name)?.[0];
}

/** Lets everything happen that waits for no time. */
async function settle(): Promise<void> {
  await setImmediate();
}

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

function replyOf(reply: Reply | null): string[] {
  const { status = '', incarnation = null, repeated = false } = reply ?? {};
  const first = incarnation === null ? '' : incarnationOf(incarnation);
  return [status, first, '1.5', '1', repeated ? '1' : '0'];
}

function incarnationOf(name: string): string {
  return name.startsWith('created:') ? `created:${name.replaceAll(/\D/gu, '')}` : hex(name, 32);
}

function hex(name: string, length: number): string {
  return Buffer.from(name).toString('hex').padEnd(length, '0');
}

function hexOperation({ id, digest }: { id: string; digest: string }): {
  id: string;
  digest: string;
} {
  return { id: hex(id, 32), digest: hex(digest, 32) };
}

function entryOf(id: string): NewEntry {
  return { id, role: 'user', content: id, agent: null, tokens: null };
}
