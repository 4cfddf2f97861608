/**
 * A list that shows only the rows around what is seen, whatever its length.
 *
 * @module
 */
import type { Virtualizer, VirtualizerOptions } from '@tanstack/virtual-core';
import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import { useVirtual } from './use-virtual.ts';

/** Where a list is, and what moves it. */
export type ListHandle = Virtualizer<HTMLElement, HTMLElement>;

interface VirtualListProps<T> {
  label: string;
  items: readonly T[];
  /** The same function each time. */
  keyOf: (item: T, index: number) => string;
  /** Pixels that a row takes as far as is known; it is measured once it is shown. Always the same function. */
  sizeOf: (item: T, index: number) => number;
  renderRow: (item: T, index: number) => ComponentChildren;
  /** Of how many rows these are the last, where more are to come before them. */
  total?: number;
  class?: string;
  options?: Partial<VirtualizerOptions<HTMLElement, HTMLElement>>;
  /** Is given the list once it stands. */
  onReady?: (list: ListHandle) => void;
  /** Is called after each change of what is seen, with the rows that are. */
  onRange?: (first: number, last: number, list: ListHandle) => void;
}

/** A list in a box that scrolls. */
export function VirtualList<T>(props: VirtualListProps<T>): JSX.Element {
  const { items, keyOf, sizeOf, renderRow, total = items.length, onReady, onRange } = props;
  const box = useRef<HTMLDivElement>(null);
  // All rows are measured anew when these change, so they change with the rows alone.
  const getItemKey = useCallback(
    (index: number) => keyOf(items[index] as T, index),
    [items, keyOf],
  );
  const estimateSize = useCallback(
    (index: number) => sizeOf(items[index] as T, index),
    [items, sizeOf],
  );
  const list = useVirtual({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize,
    getItemKey,
    overscan: 6,
    ...props.options,
  });
  useLayoutEffect(() => onReady?.(list), [list, onReady]);
  const first = list.range?.startIndex ?? 0;
  const last = list.range?.endIndex ?? 0;
  useLayoutEffect(() => onRange?.(first, last, list), [first, last, items.length, list, onRange]);
  const before = total - items.length;
  return (
    <div
      ref={box}
      class={`virtual ${props.class ?? ''}`}
      tabIndex={0}
      role="region"
      aria-label={props.label}
    >
      <div class="virtual-space" role="list" style={{ height: `${list.getTotalSize()}px` }}>
        {list.getVirtualItems().map(({ key, index, start }) => (
          <div
            key={key}
            class="virtual-row"
            role="listitem"
            aria-setsize={total}
            aria-posinset={before + index + 1}
            data-index={index}
            ref={list.measureElement}
            style={{ transform: `translateY(${start}px)` }}
          >
            {renderRow(items[index] as T, index)}
          </div>
        ))}
      </div>
    </div>
  );
}
