/**
 * What sessions are found by, compared with them and made anew; writes keep it in their scripts.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import type { SessionSummary } from '../../../directory-store.ts';
import { keysBeside, type SessionName } from '../beside-session.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { listOf, textOf } from '../diagnosis/reply-shape.ts';
import { project } from '../scripts.generated.ts';
import type { KeptBeside } from '../search/kept-beside.ts';
import {
  attributeDigests,
  projectedDigest,
  projectionKey,
  projectionPrefix,
} from './projection-key.ts';

/** In the order in which they are asked for. */
const FIELDS = ['user', 'agents', 'attributes', 'parent', 'created', 'updated'];

/** Both can have been read while the session was written to. */
const END_TOLERANCE_MS = 1000;

/**
 * The hash beside each session.
 */
export class SessionProjection implements KeptBeside {
  readonly prefixOf: KeptBeside['prefixOf'] = projectionPrefix;
  readonly #commander: RedisCommander;

  constructor(commander: RedisCommander) {
    this.#commander = commander;
  }

  async compare(
    session: SessionSummary,
    deadline: Deadline,
  ): Promise<'same' | 'missing' | 'stale'> {
    const hash = projectionKey(session);
    const reply = await this.#commander.read(hash, ['HMGET', hash, ...FIELDS], deadline);
    const kept = listOf(reply);
    if (kept.every((value) => value === null)) return 'missing';
    if (!isSame(kept.map(textOf), session)) return 'stale';
    const ends = [session.key, hash].map(async (key) =>
      Number(await this.#commander.read(key, ['PEXPIRETIME', key], deadline)),
    );
    const [end = 0, endOfHash = 0] = await Promise.all(ends);
    return Math.abs(end - endOfHash) < END_TOLERANCE_MS ? 'same' : 'stale';
  }

  async renew(session: SessionName, deadline: Deadline): Promise<void> {
    const besides = keysBeside(session, { projection: projectionKey(session) });
    const step = { script: project, key: session.key, besides, args: [], readOnly: false };
    await this.#commander.run({ ...step, durable: false, operationId: '', deadline });
  }
}

function isSame(kept: readonly string[], session: SessionSummary): boolean {
  const [user, agents, attributes, parent, created, updated] = kept;
  return (
    user === digestOf(session.userId) &&
    isSameSet(agents, session.agentsUsed.map(projectedDigest)) &&
    isSameSet(attributes, attributeDigests(session.attributes)) &&
    parent === digestOf(session.fork?.session_id) &&
    Number(created) === session.createdAt &&
    Number(updated) === session.updatedAt
  );
}

function digestOf(text: string | null | undefined): string {
  return text == null ? '' : projectedDigest(text);
}

function isSameSet(kept: string | undefined, digests: readonly string[]): boolean {
  return kept?.split(',').toSorted().join(',') === digests.toSorted().join(',');
}
