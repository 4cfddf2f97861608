/**
 * Masters of a cluster that are killed under load, with replicas that take over.
 *
 * @module
 */
import { expect, test } from 'vitest';
import { cutReplicas, failOver } from '../servers/cluster-failover.ts';
import { untilInfo } from '../servers/info.ts';
import { ClusterScene, TIMEOUT_MS } from './cluster-scene.ts';
import { documentsAtDeath, expectOnlyTailLost, repeatWhereKnown } from './lost-tail.ts';
import { Readers } from './readers.ts';
import { Row } from './report.ts';

const REPLICAS = ['was in step', 'was behind'] as const;

test.for(REPLICAS)(
  'a master whose replica %s dies: what the replica had is kept, and nothing is doubled',
  { timeout: TIMEOUT_MS },
  async (replica, context) => {
    const row = new Row(`master SIGKILL, its replica ${replica} | cluster clients`);
    const options = { replicas: 1, args: ['--appendonly', 'yes'] };
    const scene = await ClusterScene.start(options, context);
    const { cluster, ways, load } = scene;
    const master = cluster.nodes[0]!;
    const hit = scene.on(master);
    const readers = new Readers(ways.map((way) => scene.session(hit[0]!, way)));
    await scene.more(['acknowledged']);
    if (replica === 'was behind') {
      await cutReplicas(master, cluster.replicas.get(master) ?? []);
      await scene.more(['acknowledged'], hit);
    }

    const known = new Set(load.attempts);
    const killed = performance.now();
    await failOver(cluster, master);
    const seconds = ((performance.now() - killed) / 1000).toFixed(1);
    await scene.more(['acknowledged']);
    const dead = await documentsAtDeath(master, hit, context);
    await master.restart();
    await untilInfo(master, 'replication', ['role:slave', 'master_link_status:up']);
    await scene.more(['acknowledged']);
    await readers.stop();
    await scene.stop();
    expect(scene.late).toEqual([]);

    expect(await scene.wrong(scene.places.filter((place) => !hit.includes(place)))).toEqual([]);
    // The first write of a lane whose numbers the replica did not have, and no other.
    for (const group of hit.flatMap((place) => scene.patientOf(place))) {
      const outcomes = group.map(({ outcome }) => outcome).filter((one) => one !== 'acknowledged');
      expect(outcomes).toEqual(outcomes.length === 0 ? [] : ['unknown']);
    }
    let lost = 0;
    for (const [index, place] of hit.entries()) {
      const old = dead[index]!;
      const now = await scene.document(place);
      lost += expectOnlyTailLost({ scene, place, old, now, killed, known });
      if (index === 0) expect(readers.strange([old, now])).toBe(0);
      await repeatWhereKnown(scene.session(place, ways[1]!), scene.attemptsOf(place));
      expectOnlyTailLost({ scene, place, old, now: await scene.document(place), killed, known });
    }
    if (replica === 'was behind') expect(lost).toBeGreaterThan(0);
    expect([...readers.failures].filter((code) => code !== 'store_unavailable')).toEqual([]);
    const found = `took over after ${seconds} s, ${lost} acknowledged lost with the master`;
    row.print(load.attempts, `${found}, ${readers.reads.length} reads`);
  },
);
