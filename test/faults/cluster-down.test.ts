/**
 * Masters of a cluster that die and have no replica.
 *
 * @module
 */
import { expect, test } from 'vitest';
import { ClusterScene, TIMEOUT_MS } from './cluster-scene.ts';
import type { Attempt } from './oracle.ts';
import { Row } from './report.ts';

test.for(['its sessions', 'all sessions'] as const)(
  'a master without a replica dies: writes to %s fail in time and go on when it is back',
  { timeout: TIMEOUT_MS },
  async (stopped, context) => {
    const row = new Row(`CLUSTERDOWN of ${stopped} | cluster clients`);
    const coverage = stopped === 'all sessions' ? 'yes' : 'no';
    const args = ['--appendonly', 'yes', '--cluster-require-full-coverage', coverage];
    const scene = await ClusterScene.start({ args }, context);
    const { cluster, load } = scene;
    const master = cluster.nodes[0]!;
    const own = scene.on(master);
    const others = scene.places.filter((place) => !own.includes(place));
    await scene.more(['acknowledged']);

    master.kill('SIGKILL');
    const killed = performance.now();
    const begun = (attempt: Attempt): boolean => scene.beganAfter(attempt, killed);
    await scene.more(['unknown', 'rejected'], stopped === 'all sessions' ? scene.places : own);
    if (stopped === 'its sessions') await scene.more(['acknowledged'], others, 10);
    const failed = own.flatMap((place) => scene.attemptsOf(place)).filter(begun);
    expect(failed.filter(({ outcome }) => outcome === 'acknowledged')).toEqual([]);
    await master.restart();
    await scene.more(['acknowledged']);
    await scene.stop();

    expect(scene.late).toEqual([]);
    const codes = load.attempts.map(({ outcome, code }) => (outcome === 'rejected' ? code : ''));
    expect(new Set(codes)).toEqual(new Set(['', 'store_unavailable']));
    expect(await scene.wrong(scene.places)).toEqual([]);
    row.print(load.attempts, `${await scene.answers('CLUSTERDOWN')} CLUSTERDOWN`);
  },
);
