/**
 * A short notice of what was done.
 *
 * @module
 */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';

const SHOWN_MS = 4000;

interface Notice {
  text: string;
  isError: boolean;
}

const notice = signal<Notice | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a notice for a while. */
export function notify(text: string, isError = false): void {
  clearTimeout(timer);
  notice.value = { text, isError };
  timer = setTimeout(() => {
    notice.value = null;
  }, SHOWN_MS);
}

/** Where notices stand. */
export function ToastPlace(): JSX.Element {
  const shown = notice.value;
  return (
    <div class="toast-place" role="status">
      {shown !== null && <div class={shown.isError ? 'toast is-error' : 'toast'}>{shown.text}</div>}
    </div>
  );
}

/** Copies a text, and says so. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(`${what} copied`);
  } catch {
    notify('The browser does not let the page copy', true);
  }
}
