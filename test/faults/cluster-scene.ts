/**
 * Sessions on every master of a cluster, with writers through every client, and readers.
 *
 * @module
 */
import { type TestContext, vi } from 'vitest';
import type { SessionDocument } from '../../src/document/document.ts';
import { JSONSession } from '../../src/index.ts';
import { masterOf, slotOf } from '../servers/cluster-slots.ts';
import {
  type ClusterOptions,
  firstMasterOf,
  type RedisCluster,
  startCluster,
} from '../servers/redis-cluster.ts';
import type { RedisStoreOptions } from '../../src/stores/redis/index.ts';
import type { RedisServer } from '../servers/redis-server.ts';
import { PATIENCE } from '../processes/patience.ts';
import { type ClusterWay, openClusterWays } from './cluster-ways.ts';
import { Load, repeatUnknown, type WriterPlan } from './load.ts';
import { type Attempt, type Outcome, violations } from './oracle.ts';
import { storedDocument } from './session-document.ts';

/** Enough to start a cluster and wait for it on a machine that is busy with other tests. */
export const TIMEOUT_MS = 180_000;
const KEY_PREFIX = 'faults:';
const SESSIONS_EACH = 2;
const CANDIDATES = 12;
const LONG_MS = 30_000;
const SHORT_MS = 300;
const PACE_MS = 30;
/** How much later than its time a call may end where the machine is busy. */
const SLACK_MS = 4000;
/** What each session holds before the writers begin: more than one page of a read. */
export const FIRST: readonly string[] = Array.from(
  { length: 1100 },
  (_, index) => `first ${index}`,
);

/**
 * A session, and the master that had it at first.
 */
export interface Place {
  readonly id: string;
  readonly key: string;
  readonly slot: number;
  readonly master: RedisServer;
}

/**
 * A cluster under load.
 */
export class ClusterScene {
  readonly cluster: RedisCluster;
  readonly places: readonly Place[];
  readonly ways: readonly ClusterWay[];
  readonly load: Load;
  /** Writes that did not end in the time of their call. */
  readonly late: string[] = [];
  readonly #begun = new Map<Attempt, number>();

  private constructor(cluster: RedisCluster, places: Place[], ways: ClusterWay[]) {
    this.cluster = cluster;
    this.places = places;
    this.ways = ways;
    this.load = new Load(places.flatMap((place) => this.#writers(place)));
  }

  /**
   * Starts a cluster, creates sessions on each of its masters, and has writers begin.
   */
  static async start(
    options: ClusterOptions,
    { onTestFinished }: TestContext,
    storeOptions: RedisStoreOptions = {},
  ): Promise<ClusterScene> {
    const cluster = await startCluster(options);
    onTestFinished(() => cluster.stop());
    const ways = await openClusterWays(cluster.urls, storeOptions);
    onTestFinished(async () => {
      await Promise.all(ways.map((way) => way.end()));
    });
    const places = await placesOf(cluster);
    await Promise.all(places.map(({ id }) => fill(id, ways[0]!)));
    const scene = new ClusterScene(cluster, places, ways);
    onTestFinished(async () => {
      await scene.load.stop();
    });
    return scene;
  }

  /** The sessions that a master had at first. */
  on(master: RedisServer): Place[] {
    return this.places.filter((place) => place.master === master);
  }

  session({ id }: Place, { store }: ClusterWay, timeoutMs: number = LONG_MS): JSONSession {
    return new JSONSession({ keyPrefix: KEY_PREFIX, sessionId: id, store, timeoutMs });
  }

  attemptsOf({ id }: Place): Attempt[] {
    return this.load.attempts.filter(({ writer }) => writer.startsWith(`${id}|`));
  }

  /** What those writers of a session were told that wait as long as it takes, for each client. */
  patientOf(place: Place): Attempt[][] {
    const attempts = this.attemptsOf(place);
    return this.ways.map(({ name }) =>
      attempts.filter(({ writer }) => writer === `${place.id}|${name}|${LONG_MS}`),
    );
  }

  /** Whether a write that has ended had not begun at a moment. */
  beganAfter(attempt: Attempt, moment: number): boolean {
    return (this.#begun.get(attempt) ?? 0) > moment;
  }

  /** Waits until to each of some sessions so many writes through every client, begun since, ended so. */
  async more(
    outcomes: readonly Outcome[],
    places: readonly Place[] = this.places,
    count = 3,
  ): Promise<void> {
    const now = performance.now();
    const groups = places.flatMap(({ id }) => this.ways.map(({ name }) => `${id}|${name}|`));
    const isEnough = (): boolean => {
      // What was on its way when a server was cut off may have got there.
      const matching = this.load.attempts.filter(
        (attempt) => outcomes.includes(attempt.outcome) && this.beganAfter(attempt, now),
      );
      return groups.every(
        (group) => matching.filter(({ writer }) => writer.startsWith(group)).length >= count,
      );
    };
    await vi.waitUntil(isEnough, PATIENCE);
  }

  /** Ends the writers and waits for what they had sent. */
  async stop(): Promise<void> {
    await this.load.stop();
    const reads = this.places.flatMap((place) =>
      this.ways.map((way) => this.session(place, way).getItems(1)),
    );
    await Promise.all(reads);
  }

  async document({ key, slot }: Place): Promise<SessionDocument> {
    return storedDocument((await masterOf(this.cluster, slot)).url, key);
  }

  /**
   * Gives all that is wrong with sessions by what their writers were told, before and after what is
   * unknown is repeated. Whoever had the time must have been acknowledged.
   */
  async wrong(places: readonly Place[]): Promise<string[]> {
    const found: string[] = [];
    for (const place of places) {
      const attempts = this.attemptsOf(place);
      const refused = this.patientOf(place)
        .flat()
        .filter(({ outcome }) => outcome !== 'acknowledged');
      found.push(
        ...refused.map(({ writer, outcome }) => `${writer}: ${outcome}`),
        ...violations(attempts, await this.document(place), { others: FIRST }),
      );
      await repeatUnknown(this.session(place, this.ways[1]!), attempts);
      found.push(...violations(attempts, await this.document(place), { others: FIRST }));
    }
    return found;
  }

  /** How often nodes answered with an error, by its first word. */
  async answers(word: string): Promise<number> {
    const counts = this.cluster.all.map(async (node) => {
      const info = await node.cli('INFO', 'errorstats').catch(() => '');
      return Number(new RegExp(`errorstat_${word}:count=(\\d+)`).exec(info)?.[1] ?? 0);
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** Through every client one writer that waits as long as it takes, and one that gives up soon. */
  #writers(place: Place): WriterPlan[] {
    return this.ways.flatMap((way, index) =>
      [LONG_MS, SHORT_MS].map((timeoutMs) => ({
        name: `${place.id}|${way.name}|${timeoutMs}`,
        session: this.session(place, way, timeoutMs),
        ownIds: index % 2 === 0,
        pace: PACE_MS,
        note: (attempt: Attempt) => this.#note(attempt, timeoutMs),
      })),
    );
  }

  #note(attempt: Attempt, timeoutMs: number): void {
    const begun = this.#begun.get(attempt);
    if (begun === undefined) {
      this.#begun.set(attempt, performance.now());
      return;
    }
    const took = performance.now() - begun;
    if (took > timeoutMs + SLACK_MS) this.late.push(`${attempt.writer} took ${Math.round(took)}`);
  }
}

async function fill(sessionId: string, { store }: ClusterWay): Promise<void> {
  const session = new JSONSession({ keyPrefix: KEY_PREFIX, sessionId, store });
  await session.addItems(FIRST.map((content) => ({ role: 'user', content })));
}

/** Names of which every master has some, each in a slot of its own. */
async function placesOf(cluster: RedisCluster): Promise<Place[]> {
  const ids = Array.from({ length: CANDIDATES }, (_, index) => `s${index}`);
  const places = await Promise.all(
    ids.map(async (id): Promise<Place> => {
      const key = `${KEY_PREFIX}${id}`;
      const slot = await slotOf(cluster, key);
      return { id, key, slot, master: firstMasterOf(cluster, slot)! };
    }),
  );
  return cluster.nodes.flatMap((node) =>
    places.filter(({ master }) => master === node).slice(0, SESSIONS_EACH),
  );
}
