/**
 * Plots of times against the length of the conversation.
 *
 * @module
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import type { Plot as PlotOfCurves } from '../works/work.ts';
import { spreadLabels } from './plot-labels.ts';

const WIDTH = 820;
const HEIGHT = 420;
const MARGIN = { left: 60, right: 225, top: 40, bottom: 45 };
const LABEL_HEIGHT = 15;

/** Readable on white and on black: the pages that show it have either. */
const INK = '#7d8590';
const OURS = '#e8590c';
const COLOURS: Readonly<Record<string, string>> = {
  list: '#4c8dff',
  'bare commands': '#9a8c98',
  'bare INSERT': '#9a8c98',
  "the Python class's 5 commands": '#c792ea',
  '`redis-openai-agents` (Python)': '#9d4edd',
  '`RedisSession` (Python)': '#2a9d8f',
  '`SQLiteSession` (Python)': '#2a9d8f',
  '`@langchain/redis`': '#d4a017',
  "the SDK's `MemorySession`": '#e05780',
};

/** What is needed of an element. */
interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

/** A point of a curve. */
interface Point {
  readonly peer: string;
  readonly length: number;
  readonly ms: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Draws a plot as SVG, log axes, with the quartiles as bars.
 */
export function drawPlot({ title, curves }: PlotOfCurves): string {
  const points = curves.flatMap(({ peer, points: own }) =>
    own.map(({ length, ms }): Point => ({
      peer,
      length,
      ms: ms.median,
      lower: ms.lower,
      upper: ms.upper,
    })),
  );
  // The types of both packages are those of a browser, which this project does without.
  const { document } = parseHTML('<!doctype html><html></html>') as unknown as { document: never };
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    style: { color: INK, background: 'none', fontSize: '13px' },
    x: {
      type: 'log',
      label: 'messages in the conversation',
      ticks: ticksOf(points),
      tickFormat: ',',
    },
    y: {
      type: 'log',
      label: `ms: ${title}`,
      domain: domainOf(points),
      grid: true,
      tickFormat: '~g',
    },
    marks: marksOf(points),
  }) as unknown as SvgElement;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return svg.outerHTML;
}

function marksOf(points: readonly Point[]): Plot.Markish[] {
  const stroke = ({ peer }: Point): string => colourOf(peer);
  const strokeWidth = ({ peer }: Point): number => (peer in COLOURS ? 1.5 : 3);
  return [
    Plot.ruleX(points, { x: 'length', y1: 'lower', y2: 'upper', stroke, strokeOpacity: 0.5 }),
    Plot.lineY(points, { x: 'length', y: 'ms', z: 'peer', stroke, strokeWidth }),
    Plot.dot(points, { x: 'length', y: 'ms', fill: stroke, r: 3 }),
    Plot.text(labelsOf(points), {
      x: 'length',
      y: 'ms',
      text: ({ peer }: Point) => peer.replaceAll('`', ''),
      fill: stroke,
      textAnchor: 'start',
      dx: 10,
    }),
  ];
}

/** The names stand behind the ends of the curves, none on another. */
function labelsOf(points: readonly Point[]): Point[] {
  const last = Math.max(...points.map(({ length }) => length));
  const ends = points.filter(({ length }) => length === last);
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const places = spreadLabels(
    ends.map(({ ms }) => ms),
    { domain: domainOf(points), gap: LABEL_HEIGHT / height },
  );
  return ends.map(({ peer, length, lower, upper, ms }, index) => ({
    peer,
    length,
    lower,
    upper,
    ms: places[index] ?? ms,
  }));
}

function domainOf(points: readonly Point[]): [number, number] {
  const least = Math.min(...points.map(({ lower }) => lower));
  const most = Math.max(...points.map(({ upper }) => upper));
  return [least / 1.3, most * 1.3];
}

function ticksOf(points: readonly Point[]): number[] {
  return [...new Set(points.map(({ length }) => length))];
}

function colourOf(peer: string): string {
  return COLOURS[peer] ?? OURS;
}
