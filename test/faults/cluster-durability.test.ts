/**
 * A master of a cluster that is killed under load, when writes wait for a replica.
 *
 * @module
 */
import { expect, test } from 'vitest';
import { cutReplicas, failOver } from '../servers/cluster-failover.ts';
import { ClusterScene, FIRST, TIMEOUT_MS } from './cluster-scene.ts';
import { violations } from './oracle.ts';
import { Row } from './report.ts';

test.for(['was in step', 'was behind'] as const)(
  'with durability replicated no acknowledged write is lost with a master whose replica %s',
  { timeout: TIMEOUT_MS },
  async (replica, context) => {
    const row = new Row(`durability replicated, master SIGKILL, replica ${replica} | clusters`);
    // A replica takes over however long it was cut off: the longest of the writes wait for it.
    const options = { replicas: 1, args: ['--cluster-replica-validity-factor', '0'] };
    const scene = await ClusterScene.start(options, context, { durability: 'replicated' });
    const { cluster, load } = scene;
    const master = cluster.nodes[0]!;
    const hit = scene.on(master);
    await scene.more(['acknowledged']);
    if (replica === 'was behind') {
      await cutReplicas(master, cluster.replicas.get(master) ?? []);
      await scene.more(['applied'], hit, 1);
    }
    await failOver(cluster, master);
    // Only sessions that still have a replica can be told that a write is safe.
    await scene.more(
      ['acknowledged'],
      scene.places.filter((place) => !hit.includes(place)),
    );
    await scene.stop();

    let lost = 0;
    for (const place of scene.places) {
      const now = await scene.document(place);
      const stored = new Set(now.messages.map(({ content }) => content));
      const attempts = scene.attemptsOf(place);
      const kept = attempts.filter(
        ({ outcome, texts }) => outcome !== 'applied' || texts.some((text) => stored.has(text)),
      );
      expect(violations(kept, now, { others: FIRST })).toEqual([]);
      lost += attempts.length - kept.length;
    }
    if (replica === 'was behind') expect(lost).toBeGreaterThan(0);
    row.print(load.attempts, `${lost} lost, none of them acknowledged`);
  },
);
