/**
 * What stands beside a conversation.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SessionHead } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { counted } from '../text/numbers.ts';
import type { ConversationState } from './conversation-state.ts';
import { Details } from './details.tsx';
import { Timeline } from './timeline.tsx';

/** Its turns, or details of the session. */
export function Panel(props: {
  head: SessionHead;
  state: ConversationState;
  onClose: () => void;
}): JSX.Element {
  const { head, state, onClose } = props;
  const [shown, setShown] = useState<'turns' | 'details'>('turns');
  return (
    <aside class="panel" aria-label="Turns and details">
      <div class="panel-head">
        <div class="tabs" role="group" aria-label="Beside the conversation">
          <button type="button" aria-pressed={shown === 'turns'} onClick={() => setShown('turns')}>
            Turns
          </button>
          <button
            type="button"
            aria-pressed={shown === 'details'}
            onClick={() => setShown('details')}
          >
            Details
          </button>
        </div>
        <span class="grow" />
        <span class="dim">{counted(state.turns.value.length, 'turn')}</span>
        <span class="panel-close">
          <Button kind="plain" onClick={onClose}>
            Close
          </Button>
        </span>
      </div>
      {shown === 'turns' ? <Timeline state={state} /> : <Details head={head} state={state} />}
    </aside>
  );
}
