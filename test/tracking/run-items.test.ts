/**
 * Items of a run that goes on, where only some of them are stored.
 */
import { expect, test } from 'vitest';
import { RunItems } from '../../src/tracking/run-items.ts';
import { called, said } from './script.ts';

const UNKNOWN = { agent: 'Unknown', tokens: null };

test('what was left out before the stored items is not found behind them', () => {
  const items = new RunItems();
  const effects = [called('look', 'c1'), said('Same.')];
  items.keep(
    items.find(effects, 'append', 'A'),
    effects.map(() => ({ agent: 'A', tokens: null })),
    'append',
  );
  const whole = [said('First.'), ...effects].map((item) => ({ item }));
  items.takeOver(whole, (unknown) => unknown.map(() => UNKNOWN));

  const [repeated] = items.find([said('Same.')], 'append', 'B');
  const [first] = items.find([said('First.')], 'replace', 'B');

  expect(repeated).toMatchObject({ place: null, origin: { agent: 'B' } });
  expect(first).toMatchObject({ place: 0, origin: UNKNOWN });
});

test('what is kept is passed over where it is handed over once more, and nowhere else', () => {
  const items = new RunItems();
  const turn = [called('look', 'c1'), said('Same.')];
  items.keepBefore(turn);
  items.keepBefore([called('look', 'c2')]);
  const handedOver = [...turn, called('look', 'c2'), said('Done.')];

  expect(items.countKept(handedOver, 'append')).toBe(3);
  for (const kind of ['replace', 'compact', 'keep'] as const) {
    expect(items.countKept(handedOver, kind)).toBe(0);
  }
});
