/**
 * What can be done with a message.
 *
 * @module
 */
import type { JSX } from 'preact';
import type { Message } from '../api/types.ts';
import { IconButton } from '../components/button.tsx';
import { copy } from '../components/toast.tsx';
import { sessionAddress } from '../routing/route.ts';
import { info } from '../shell/server.ts';
import { confirmUndo, openFork } from './changes.tsx';

/** Buttons that appear where the pointer or the focus is. */
export function MessageActions({
  message,
  sessionId,
}: {
  message: Message;
  sessionId: string;
}): JSX.Element {
  const address = new URL(sessionAddress(sessionId, message.id), location.href);
  return (
    <div class="message-actions" role="group" aria-label="Message">
      {message.content !== '' && (
        <IconButton
          icon="copy"
          label="Copy text"
          onClick={() => void copy(message.content, 'Text')}
        />
      )}
      <IconButton
        icon="braces"
        label="Copy as JSON"
        onClick={() => void copy(JSON.stringify(message, null, 2), 'JSON')}
      />
      <IconButton icon="link" label="Copy link" onClick={() => void copy(address.href, 'Link')} />
      {info.value?.write === true && (
        <>
          <IconButton
            icon="fork"
            label="Fork from here"
            onClick={() => openFork(sessionId, message)}
          />
          <IconButton
            icon="undo"
            label="Undo from here on"
            onClick={() => confirmUndo(sessionId, message)}
          />
        </>
      )}
    </div>
  );
}
