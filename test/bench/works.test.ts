import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Pace } from '../../bench/measuring/pace.ts';
import { connect, removeKeys } from '../../bench/place/client.ts';
import type { Place } from '../../bench/place/place.ts';
import { drawPlot } from '../../bench/report/plot.ts';
import { WORKS } from '../../bench/works/index.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';

const PACE: Pace = { isQuick: true, rounds: 2, warmUp: 0, warmMs: 1, turnMs: 1, maxLength: 1000 };

describe('the works of the bench', () => {
  let place: Place;

  beforeAll(async () => {
    const url = sharedRedisUrl();
    const client = await connect(url);
    const folder = mkdtempSync(join(tmpdir(), 'agents-json-session-'));
    place = { url, client, prefix: `bench:${crypto.randomUUID()}:`, folder, python: null };
  });

  afterAll(async () => {
    await removeKeys(place.client, place.prefix);
    place.client.destroy();
    rmSync(place.folder, { recursive: true });
  });

  test.each(WORKS)('$name can be measured', async (work) => {
    const { rows, plot } = await work.measure(place, PACE);
    expect(rows).not.toHaveLength(0);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    for (const { ours, theirs, ratio } of rows) {
      for (const { median } of [ours, theirs, ratio]) expect(median).toBeGreaterThan(0);
    }
    if (plot !== undefined) expect(drawPlot(plot)).toMatch(/^<svg (?!.*NaN).*JSONSession/s);
  });

  test('each work has a name of its own', async () => {
    expect(new Set(WORKS.map(({ name }) => name)).size).toBe(WORKS.length);
  });
});
