/**
 * The list of shortcuts.
 *
 * @module
 */
import type { JSX } from 'preact';
import { Dialog, openDialog } from '../components/dialog.tsx';
import { activeShortcuts } from './shortcuts.ts';

/** Shows which keys do what in the view that is open. */
export function openHelp(): void {
  openDialog(<Help />);
}

function Help(): JSX.Element {
  return (
    <Dialog title="Keyboard shortcuts">
      <dl class="shortcuts">
        {activeShortcuts().map(({ keys, does }) => (
          <div key={keys}>
            <dt>{does}</dt>
            <dd>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key === 'Escape' ? 'Esc' : key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
