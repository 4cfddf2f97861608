/**
 * Bars over days, drawn by uPlot. Loaded with the first plot.
 *
 * @module
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { short, whole } from '../text/numbers.ts';

const HEIGHT = 260;
const HALF_A_DAY = 43_200;

/** A plot that is shown. */
export interface Plot {
  destroy: () => void;
}

/** Draws a plot, and draws it anew when its place gets wider or narrower. */
export function newPlot(place: HTMLElement, name: string, data: [number[], number[]]): Plot {
  const plot = new uPlot(optionsOf(place, name), data, place);
  const observer = new ResizeObserver(() => {
    plot.setSize({ width: place.clientWidth, height: HEIGHT });
  });
  observer.observe(place);
  return {
    destroy: () => {
      observer.disconnect();
      plot.destroy();
    },
  };
}

function optionsOf(place: HTMLElement, name: string): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (property: string): string => style.getPropertyValue(property).trim();
  return {
    width: place.clientWidth,
    height: HEIGHT,
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), 'Etc/UTC'),
    padding: [12, 12, 0, 0],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { range: (_plot, from, to) => [from - HALF_A_DAY, to + HALF_A_DAY] },
      y: { range: (_plot, _from, to) => [0, Math.max(to * 1.08, 1)] },
    },
    axes: axesOf({
      stroke: colour('--text-3'),
      grid: colour('--border'),
      font: `11px ${style.fontFamily}`,
    }),
    series: [
      { label: 'Day', value: (_plot, time) => (time === null ? '–' : fullDay(time)) },
      {
        label: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        stroke: colour('--accent'),
        // A day without anything has no line either.
        width: 0,
        fill: colour('--accent'),
        points: { show: false },
        value: (_plot, value) => (value === null ? '–' : whole(value)),
        paths: uPlot.paths.bars?.({ size: [0.72, 36], radius: 0.15 }) ?? (() => null),
      },
    ],
  };
}

function axesOf({ stroke, grid, font }: Record<'stroke' | 'grid' | 'font', string>): uPlot.Axis[] {
  const common = { stroke, font, ticks: { show: false } };
  return [
    {
      ...common,
      grid: { show: false },
      space: 70,
      size: 32,
      incrs: [1, 2, 7, 14, 28, 91, 182, 365].map((days) => days * 2 * HALF_A_DAY),
      values: (_plot, times) => times.map(shortDay),
    },
    {
      ...common,
      grid: { stroke: grid, width: 1 },
      border: { show: false },
      size: 56,
      incrs: [1, 2, 5, 10, 20, 50]
        .flatMap((step) => [1, 1e2, 1e4, 1e6, 1e8].map((by) => step * by))
        .toSorted((one, other) => one - other),
      values: (_plot, values) => values.map(short),
    },
  ];
}

function shortDay(time: number): string {
  return new Date(time * 1000).toLocaleDateString('en', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
}

function fullDay(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}
