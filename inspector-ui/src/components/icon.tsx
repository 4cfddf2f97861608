/**
 * Icons: strokes on a grid of 24.
 *
 * @module
 */
import type { JSX } from 'preact';

const PATHS = {
  'arrow-down': 'M12 5v14m-6-6 6 6 6-6',
  'arrow-left': 'M19 12H5m6-6-6 6 6 6',
  'arrow-right': 'M5 12h14m-6-6 6 6-6 6',
  braces:
    'M9 4C6 4 7 8 7 9.500S6 12 4 12c2 0 3 1 3 2.500S6 20 9 20M15 4c3 0 2 4 2 5.500s1 2.500 3 2.500c-2 0-3 1-3 2.500s1 5.500-2 5.500',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  'chevron-right': 'm9 6 6 6-6 6',
  columns: 'M4 5h16v14H4zM12 5v14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  cross: 'M6 6l12 12M18 6 6 18',
  download: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  eraser: 'M8 20h12M5 14l8-9 6 5-8.500 10H8z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  fork: 'M6 4v9a4 4 0 0 0 4 4h8M6 8h6a4 4 0 0 0 4-4m-2 9 4 4-4 4',
  gear: 'M4 7h10m4 0h2M4 17h2m4 0h10M16 5v4M8 15v4',
  help: 'M9 9.500a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.100-1.500 2.400M12 18h.01',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-2 4 4M15 9h.01',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1',
  list: 'M4 6h16M4 12h16M4 18h10',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3M12 14.500v2',
  moon: 'M20 14a8 8 0 1 1-9.500-10A6.500 6.500 0 0 0 20 14z',
  panel: 'M4 5h16v14H4zM15 5v14',
  plot: 'M5 20V10m5 10V4m5 16v-7m5 7V8',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.500 4.500',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.400 1.400m11.200 11.200L19 19M5 19l1.400-1.400M17.600 6.400 19 5',
  spark: 'M12 3l2 6.500L20 12l-6 2.500L12 21l-2-6.500L4 12l6-2.500z',
  tool: 'M14.500 6a4 4 0 0 0 5.200 5.200L11 20a2.800 2.800 0 0 1-4-4l8.700-8.700A4 4 0 0 0 14.500 6z',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5m4-5v5',
  undo: 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1',
  warning: 'M12 4 2.500 20h19zM12 10v4m0 3h.01',
} as const;

/** The names of the icons. */
export type IconName = keyof typeof PATHS;

/** An icon, which says nothing to who cannot see it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
