/**
 * A dialog over the page, and which one is open.
 *
 * @module
 */
import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { IconButton } from './button.tsx';

const open = signal<JSX.Element | null>(null);

/** Opens a dialog in place of the one that is open. */
export function openDialog(dialog: JSX.Element): void {
  open.value = dialog;
}

/** Closes the dialog that is open. */
export function closeDialog(): void {
  open.value = null;
}

/** Whether a dialog is open. */
export function isDialogOpen(): boolean {
  return open.peek() !== null;
}

/** Where the open dialog stands. */
export function DialogPlace(): JSX.Element | null {
  return open.value;
}

/** A dialog: it holds the focus, and gives it back when it closes. */
export function Dialog({
  title,
  children,
  size = 'small',
}: {
  title: string;
  children: ComponentChildren;
  size?: 'small' | 'large';
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${size}`}
      aria-labelledby={id}
      // The event that it has closed comes later than the next key may.
      onCancel={closeDialog}
      onClick={(event) => {
        if (event.target === dialog.current) closeDialog();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <IconButton icon="cross" label="Close" onClick={closeDialog} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
