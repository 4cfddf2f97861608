/**
 * Slots that move between the masters of a cluster while their sessions are written and read.
 *
 * @module
 */
import { expect, test } from 'vitest';
import { masterOf, moveSlot } from '../servers/cluster-slots.ts';
import { ClusterScene, TIMEOUT_MS } from './cluster-scene.ts';
import { Readers } from './readers.ts';
import { Row } from './report.ts';

/** Each slot goes from master to master until it is where it was. */
const MOVES = 27;

test(
  'slots of a cluster that move under load lose and double nothing',
  async (context) => {
    const row = new Row('slots move | cluster clients');
    const scene = await ClusterScene.start({ replicas: 1 }, context);
    const { cluster, places, ways } = scene;
    const masters = cluster.nodes;
    for (const node of masters) expect(scene.on(node).length).toBeGreaterThan(1);
    // One of each master; the others stay where they are.
    const moving = masters.map((node) => scene.on(node)[0]!);
    const readers = new Readers(ways.map((way) => scene.session(moving[0]!, way)));
    await scene.more(['acknowledged']);

    for (let move = 0; move < MOVES; move += 1) {
      const place = moving[move % moving.length]!;
      const round = Math.floor(move / moving.length);
      const source = masters.at((move + round) % masters.length)!;
      const target = masters.at((move + round + 1) % masters.length)!;
      await moveSlot(cluster, place.slot, { source, target }, () =>
        scene.more(['acknowledged'], [place], 2),
      );
    }
    for (const place of moving) expect(await masterOf(cluster, place.slot)).toBe(place.master);

    await scene.more(['acknowledged']);
    await readers.stop();
    await scene.stop();
    const [asks, moves] = [await scene.answers('ASK'), await scene.answers('MOVED')];
    expect(asks).toBeGreaterThan(MOVES);
    expect(moves).toBeGreaterThan(MOVES);
    expect(scene.late).toEqual([]);
    expect(await scene.wrong(places)).toEqual([]);
    expect(readers.failures).toEqual(new Set());
    expect(readers.strange([await scene.document(moving[0]!)])).toBe(0);
    const found = `${MOVES} moves, ${asks} ASK, ${moves} MOVED, ${readers.reads.length} reads`;
    row.print(scene.load.attempts, found);
  },
  TIMEOUT_MS,
);
