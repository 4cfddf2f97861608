/**
 * Which rows of a long list are shown.
 *
 * @module
 */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';

/** Options that have no usual value. */
type Options = Pick<
  VirtualizerOptions<HTMLElement, HTMLElement>,
  'count' | 'getScrollElement' | 'estimateSize'
> &
  Partial<VirtualizerOptions<HTMLElement, HTMLElement>>;

/** Keeps a virtualizer in step with a component. */
export function useVirtual(options: Options): Virtualizer<HTMLElement, HTMLElement> {
  const [, render] = useReducer((count: number, _reason: null) => count + 1, 0);
  const all = {
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    ...options,
    onChange: () => render(null),
  };
  const kept = useRef<Virtualizer<HTMLElement, HTMLElement> | null>(null);
  kept.current ??= new Virtualizer(all);
  const virtualizer = kept.current;
  virtualizer.setOptions(all);
  // eslint-disable-next-line no-underscore-dangle -- what adapters of the library call
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  // eslint-disable-next-line no-underscore-dangle -- what adapters of the library call
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}
