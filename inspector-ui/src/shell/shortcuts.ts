/**
 * Keys that do something, and who wants them at the moment.
 *
 * @module
 */
import { useLayoutEffect } from 'preact/hooks';
import { isDialogOpen } from '../components/dialog.tsx';

/** What a key does. */
export interface Shortcut {
  /** As `KeyboardEvent.key` gives it, or two of them in order: `g d`. */
  keys: string;
  does: string;
  /** Left out where the browser does it. */
  run?: () => void;
}

const WAIT_FOR_SECOND_MS = 2000;
const active = new Set<readonly Shortcut[]>();
let first: { key: string; time: number } | undefined;

/** The shortcuts that work at the moment, those of the view before those of all. */
export function activeShortcuts(): Shortcut[] {
  return [...active].toReversed().flat();
}

/** Has shortcuts work while a component is there. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  // What is seen can be used: an effect comes only after the page was painted.
  useLayoutEffect(() => {
    active.add(shortcuts);
    return () => {
      active.delete(shortcuts);
    };
  });
}

/** Begins to listen to keys. */
export function startShortcuts(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isDialogOpen()) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur();
      return;
    }
    const shortcut = shortcutOf(event.key);
    if (shortcut?.run === undefined) return;
    event.preventDefault();
    shortcut.run();
  });
}

function shortcutOf(key: string): Shortcut | undefined {
  const before =
    first !== undefined && Date.now() - first.time < WAIT_FOR_SECOND_MS ? first.key : undefined;
  first = undefined;
  const shortcuts = activeShortcuts();
  const found =
    (before === undefined
      ? undefined
      : shortcuts.find(({ keys }) => keys === `${before} ${key}`)) ??
    shortcuts.find(({ keys }) => keys === key);
  if (found === undefined && shortcuts.some(({ keys }) => keys.startsWith(`${key} `))) {
    first = { key, time: Date.now() };
  }
  return found;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
