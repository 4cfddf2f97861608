/**
 * What may be lost with a master: the last of what it applied, and nothing else.
 *
 * @module
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type TestContext } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import type { JSONSession } from '../../src/index.ts';
import { temporaryFolder } from '../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { type ClusterScene, FIRST, type Place } from './cluster-scene.ts';
import { send } from './load.ts';
import { type Attempt, violations } from './oracle.ts';
import { storedDocument } from './session-document.ts';

/**
 * Gives what a killed server had applied when it died, by its append-only file.
 */
export async function documentsAtDeath(
  server: RedisServer,
  places: readonly Place[],
  { onTestFinished }: TestContext,
): Promise<SessionDocument[]> {
  const dir = temporaryFolder();
  await cp(join(server.dir, 'appendonlydir'), join(dir, 'appendonlydir'), { recursive: true });
  const copy = await startRedis({ dir, args: ['--appendonly', 'yes'] });
  onTestFinished(() => copy.stop());
  return Promise.all(places.map(({ key }) => storedDocument(copy.url, key)));
}

/** A session before and after its master was killed. */
interface Aftermath {
  readonly scene: ClusterScene;
  readonly place: Place;
  /** As the master had it when it died. */
  readonly old: SessionDocument;
  readonly now: SessionDocument;
  readonly killed: number;
  /** The writes that had ended before it was killed. */
  readonly known: ReadonlySet<Attempt>;
}

/**
 * Holds a session to what Redis itself promises: what the replica had is the beginning of the
 * history, acknowledged writes that are gone were the last of the old master, and what begins after
 * its death is judged like any other.
 *
 * @returns How many acknowledged writes were lost.
 */
export function expectOnlyTailLost({ scene, place, old, now, killed, known }: Aftermath): number {
  const kept = sharedLength(old, now);
  const tail = new Set(old.messages.slice(kept).map(({ content }) => content));
  const texts = new Set(now.messages.map(({ content }) => content));
  const attempts = scene.attemptsOf(place);
  const acknowledged = attempts.filter(({ outcome }) => outcome === 'acknowledged');
  const lost = acknowledged.filter((attempt) => !texts.has(attempt.texts[0] ?? ''));
  const inTail = ({ texts: [text = ''] }: Attempt): boolean => tail.has(text);
  expect(lost.filter((attempt) => !inTail(attempt))).toEqual([]);
  expect(lost.filter((attempt) => scene.beganAfter(attempt, killed))).toEqual([]);
  // Nobody sends again what was acknowledged, so it does not come back behind what followed.
  const returned = acknowledged.filter((attempt) => known.has(attempt) && inTail(attempt));
  expect(returned.filter((attempt) => !lost.includes(attempt))).toEqual([]);
  const rest = attempts.filter((attempt) => !lost.includes(attempt));
  expect(violations(rest, now, { others: FIRST })).toEqual([]);
  return lost.length;
}

function sharedLength(old: SessionDocument, now: SessionDocument): number {
  const differs = old.messages.findIndex(({ id }, index) => now.messages[index]?.id !== id);
  return differs === -1 ? old.messages.length : differs;
}

/**
 * Repeats what is unknown. Where numbers of the store's own went with the history, it stays unknown.
 */
export async function repeatWhereKnown(
  session: JSONSession,
  attempts: readonly Attempt[],
): Promise<void> {
  for (const attempt of attempts) {
    if (attempt.outcome !== 'unknown') continue;
    try {
      await send(session, attempt);
      attempt.outcome = 'repeated';
    } catch (error) {
      expect(error).toMatchObject({ code: 'outcome_unknown' });
    }
  }
}
